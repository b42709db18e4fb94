using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;

namespace Kafkadog.Broker.Tests.Server;

/// <summary>Nightly a thousand connections and topics, and five thousand partitions; <c>limits</c> of the benchmarks tells what they cost.</summary>
public sealed class LimitTests
{
    private const int PartitionsOfEach = 5, TopicsAtOnce = 50;

    private readonly int _count = Nightly.Rounds(ci: 100, nightly: 1000);

    [Fact]
    public async Task Many_connections_topics_and_partitions_are_all_answered()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var data = new TemporaryDirectory();
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, DataDirectory = data.Path }, cancel);
        var clients = new List<WireClient>();
        try
        {
            for (var at = 0; at < _count; at++)
                clients.Add(await WireClient.ConnectAsync(broker, cancel));
            foreach (var names in Enumerable.Range(0, _count).Select(Name).Chunk(TopicsAtOnce))
                await CreateAsync(clients[0], names, cancel);

            // Each connection writes to every partition of one topic, and all of them are told of all.
            await Task.WhenAll(clients.Select(async (client, at) =>
            {
                for (var partition = 0; partition < PartitionsOfEach; partition++)
                {
                    var answer = await client.ProduceAsync(Name(at), ApiClient.Batch(1), cancel, partition);
                    Assert.Equal((ErrorCode.None, 0), (answer.ErrorCode, answer.BaseOffset));
                }
            }));
            foreach (var client in clients)
            {
                var told = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = null }, cancel);
                Assert.Equal(_count, told.Topics.Count(topic => topic.ErrorCode is ErrorCode.None && topic.Partitions.Count == PartitionsOfEach));
            }

            await broker.RestartAsync(cancel);
            using var again = await WireClient.ConnectAsync(broker, cancel);
            for (var at = 0; at < _count; at++)
            {
                var fetched = await again.FetchAsync(ApiClient.Fetch(Name(at), 0, maxWaitMs: 0, partition: at % PartitionsOfEach), cancel);
                Assert.Equal((ErrorCode.None, 1), (fetched.ErrorCode, fetched.HighWatermark));
            }
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static string Name(int topic) => $"topic-{topic}";

    private static async Task CreateAsync(WireClient client, string[] names, CancellationToken cancel)
    {
        var response = await client.AskAsync<CreateTopicsResponse>(
            ApiSchemas.CreateTopics,
            7,
            new CreateTopicsRequest { Topics = [.. names.Select(name => new CreateTopicsRequestTopic { Name = name, NumPartitions = PartitionsOfEach, ReplicationFactor = 1 })] },
            cancel);
        Assert.All(response.Topics, topic => Assert.Equal(ErrorCode.None, topic.ErrorCode));
    }
}
