using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Records without a key on a compacted topic, byte by byte: clients show these messages.</summary>
public abstract class NullKeyConformance(KafkaTarget target)
{
    [Theory]
    [InlineData((int)CompressionCodec.None)]
    [InlineData((int)CompressionCodec.Lz4)]
    public async Task Records_without_a_key_are_refused_one_by_one_on_a_compacted_topic(int codecNumber)
    {
        var codec = (CompressionCodec)codecNumber;
        var cancel = TestContext.Current.CancellationToken;
        await target.StartAsync();
        var topic = $"null-keys-{codec}";
        using var client = await WireClient.ConnectAsync(target.Port, cancel);
        var request = new CreateTopicsRequest
        {
            TimeoutMs = 10_000,
            Topics = [new CreateTopicsRequestTopic { Name = topic, NumPartitions = 1, ReplicationFactor = 1, Configs = [new CreateTopicsRequestConfig { Name = "cleanup.policy", Value = "compact" }] }],
        };
        Assert.Equal(ErrorCode.None, Assert.Single((await client.AskAsync<CreateTopicsResponse>(ApiSchemas.CreateTopics, 7, request, cancel)).Topics).ErrorCode);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        byte[] key = [1];
        var batch = RecordBatchWriter.Write([new(now, null, key), new(now, key, key), new(now, null, key), new(now, null, key), new(now, null, key)], codec);
        // Apache Kafka answers CreateTopics a moment before it leads the partition.
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var refused = await client.ProduceAsync(topic, batch, cancel);
        while (refused.ErrorCode is ErrorCode.UnknownTopicOrPartition or ErrorCode.NotLeaderOrFollower && await again.WaitForNextTickAsync(cancel))
            refused = await client.ProduceAsync(topic, batch, cancel);
        Assert.Equal((ErrorCode.InvalidRecord, -1), (refused.ErrorCode, refused.BaseOffset));
        Assert.Equal([0, 2, 3, 4], refused.RecordErrors.Select(e => e.BatchIndex));
        var message = $"Compacted topic cannot accept message without key in topic partition {topic}-0";
        Assert.All(refused.RecordErrors, e => Assert.Equal(message, e.BatchIndexErrorMessage));
        Assert.Contains("rejected due to 4 record errors in total", refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(0, (await client.ProduceAsync(topic, ApiClient.Batch(1, codec: codec), cancel)).BaseOffset);
    }
}

public sealed class NullKeyOnKafkadogTests(EmbeddedTarget target) : NullKeyConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class NullKeyOnApacheKafkaTests(ApacheKafka target) : NullKeyConformance(target);
