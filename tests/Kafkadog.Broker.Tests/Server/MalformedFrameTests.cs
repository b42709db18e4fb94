using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Protocol;

namespace Kafkadog.Broker.Tests.Server;

public sealed class MalformedFrameTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private const int Seed = 20260801;

    private static readonly List<MessageVector> Requests =
        [.. MessageVector.Files().SelectMany(MessageVector.ReadAll).Where(vector => vector.Kind == "request" && vector.Body.Length > 0)];

    [Fact]
    public void Hundred_thousand_mutations_are_read_or_refused_and_take_little_memory()
    {
        const int Mutations = 100_000, AllowedFactor = 64, AllowedFloor = 64 * 1024;
        var random = new Random(Seed);
        var refused = 0;
        for (var round = 0; round < Mutations; round++)
        {
            var vector = Requests[random.Next(Requests.Count)];
            var body = Mutate(vector.Body, random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                vector.Read(body);
            }
            catch (ProtocolException)
            {
                refused++;
            }

            // Objects are larger than their bytes, but never out of proportion: no length is believed before it is checked.
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= AllowedFloor + ((long)body.Length * AllowedFactor), $"{vector}: {allocated} bytes for {Convert.ToHexString(body)}");
        }

        Assert.InRange(refused, Mutations / 10, Mutations);
    }

    [Fact]
    public async Task Mutated_frames_neither_stop_the_broker_nor_keep_it_from_answering()
    {
        const int Frames = 300;
        var cancel = TestContext.Current.CancellationToken;
        var random = new Random(Seed);
        var table = new ApiTable();
        var served = Requests.Where(vector => table.Find(vector.Api)?.Serves(vector.Version) == true && vector.Api is not (ApiKey.JoinGroup or ApiKey.SyncGroup)).ToList();
        for (var round = 0; round < Frames; round++)
        {
            var vector = served[random.Next(served.Count)];
            using var client = await WireClient.ConnectAsync(running.Broker, cancel);
            await client.SendAsync(Frame(vector, Mutate(vector.Body, random)), cancel);
        }

        using var healthy = await WireClient.ConnectAsync(running.Broker, cancel);
        var response = await healthy.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }, cancel);
        Assert.Single(response.Brokers);
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        var mutated = body.ToList();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(4))
            {
                case 0: mutated[at] = (byte)random.Next(256); break;
                case 1: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutated.RemoveRange(at, Math.Min(random.Next(1, 9), mutated.Count - at)); break;
                default: mutated.InsertRange(at, Enumerable.Repeat((byte)0xff, random.Next(1, 6))); break;
            }

            if (mutated.Count == 0)
            {
                break;
            }
        }

        return [.. mutated];
    }

    private static byte[] Frame(MessageVector vector, byte[] body)
    {
        using var writer = new ProtocolWriter();
        writer.WriteInt32(0);
        writer.WriteInt16((short)vector.Api);
        writer.WriteInt16(vector.Version);
        writer.WriteInt32(1);
        writer.WriteNullableString("fuzz", compact: false);
        if (vector.Header >= 2)
        {
            writer.WriteTaggedFields(null);
        }

        writer.WriteRaw(body);
        writer.PatchInt32(0, (int)writer.Length - 4);
        return writer.ToArray();
    }
}
