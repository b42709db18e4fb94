using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Protocol;

namespace Kafkadog.Broker.Tests.Server;

public sealed class MalformedFrameTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    [Fact]
    public async Task Mutated_frames_neither_stop_the_broker_nor_keep_it_from_answering()
    {
        var cancel = TestContext.Current.CancellationToken;
        var table = new ApiTable();
        var served = Mutation.Requests.Where(vector => table.Find(vector.Api)?.Serves(vector.Version) == true && vector.Api is not (ApiKey.JoinGroup or ApiKey.SyncGroup)).ToList();
        using var healthy = await WireClient.ConnectAsync(running.Broker, cancel);
        await Fuzz.RunAsync(Nightly.Rounds(ci: 300, nightly: 100_000), async (round, random) =>
        {
            var vector = served[random.Next(served.Count)];
            using var client = await WireClient.ConnectAsync(running.Broker, cancel);
            await client.SendAsync(Frame(vector, Mutation.Of(vector.Body, random)), cancel);
            if (round % 50 == 0)
                await AnswersWithinASecondAsync(healthy, cancel);
        });

        await AnswersWithinASecondAsync(healthy, cancel);
    }

    [Fact]
    public async Task Thousand_connections_are_served_side_by_side()
    {
        const int Connections = 1000;
        var cancel = TestContext.Current.CancellationToken;
        var clients = new List<WireClient>();
        try
        {
            for (var at = 0; at < Connections; at++)
                clients.Add(await WireClient.ConnectAsync(running.Broker, cancel));
            for (var round = 0; round < 2; round++)
            {
                var answers = await Task.WhenAll(clients.Select(client =>
                    client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }, cancel)));
                Assert.All(answers, answer => Assert.Single(answer.Brokers));
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task AnswersWithinASecondAsync(WireClient client, CancellationToken cancel)
    {
        // The machine may be busy with other tests: what counts is that the broker does not wait for a frame.
        var limit = TimeSpan.FromSeconds(Nightly.IsOn ? 1 : 5);
        var response = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }, cancel).WaitAsync(limit, cancel);
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
