using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Protocol;

namespace Kafkadog.Broker.Tests.Server;

public sealed class MalformedFrameTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private const int Seed = 20260801;

    [Fact]
    public async Task Mutated_frames_neither_stop_the_broker_nor_keep_it_from_answering()
    {
        const int Frames = 300;
        var cancel = TestContext.Current.CancellationToken;
        var random = new Random(Seed);
        var table = new ApiTable();
        var served = Mutation.Requests.Where(vector => table.Find(vector.Api)?.Serves(vector.Version) == true && vector.Api is not (ApiKey.JoinGroup or ApiKey.SyncGroup)).ToList();
        for (var round = 0; round < Frames; round++)
        {
            var vector = served[random.Next(served.Count)];
            using var client = await WireClient.ConnectAsync(running.Broker, cancel);
            await client.SendAsync(Frame(vector, Mutation.Of(vector.Body, random)), cancel);
        }

        using var healthy = await WireClient.ConnectAsync(running.Broker, cancel);
        var response = await healthy.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }, cancel);
        Assert.Single(response.Brokers);
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
