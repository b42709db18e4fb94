using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Corners no client library asks for, byte by byte.</summary>
public abstract class WireConformance(KafkaTarget target)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public async Task OffsetFetch_answers_a_topic_asked_for_without_partitions(short version)
    {
        var (group, topic) = ($"wire-{Guid.NewGuid():N}", $"wire-offsets-{version}");
        using var client = await ConnectAsync();
        await client.CreateAsync(topic, 1, Cancel);
        var request = version < 8
            ? new OffsetFetchRequest { GroupId = group, Topics = [new OffsetFetchRequestTopic { Name = topic, PartitionIndexes = [] }] }
            : new OffsetFetchRequest { Groups = [new OffsetFetchRequestGroup { GroupId = group, Topics = [new OffsetFetchRequestGroupTopic { Name = topic, PartitionIndexes = [] }] }] };
        var response = await client.AskAsync<OffsetFetchResponse>(ApiSchemas.OffsetFetch, version, request, Cancel);
        if (version < 8)
        {
            var answer = Assert.Single(response.Topics);
            Assert.Equal((topic, 0), (answer.Name, answer.Partitions.Count));
        }
        else
        {
            var answer = Assert.Single(Assert.Single(response.Groups).Topics);
            Assert.Equal((topic, 0), (answer.Name, answer.Partitions.Count));
        }
    }

    [Fact]
    public async Task Only_the_administrative_client_may_write_to_the_offsets_topic()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("wire-internal", 1, Cancel);
        var commit = new OffsetCommitRequest
        {
            GroupId = "wire-internal",
            GenerationIdOrMemberEpoch = -1,
            Topics = [new OffsetCommitRequestTopic { Name = "wire-internal", Partitions = [new OffsetCommitRequestPartition { CommittedOffset = 0 }] }],
        };
        await UntilKnownAsync(async () =>
            (await client.AskAsync<OffsetCommitResponse>(ApiSchemas.OffsetCommit, 7, commit, Cancel)).Topics.Single().Partitions.Single().ErrorCode);
        var refused = await client.ProduceAsync("__consumer_offsets", ApiClient.Batch(1), Cancel);
        Assert.Equal(ErrorCode.InvalidTopicException, refused.ErrorCode);
    }

    [Theory]
    [InlineData("group.min.session.timeout.ms", "6000")]
    [InlineData("group.max.session.timeout.ms", "1800000")]
    [InlineData("group.max.size", null)]
    [InlineData("offset.metadata.max.bytes", "4096")]
    [InlineData("offsets.retention.minutes", "10080")]
    [InlineData("offsets.retention.check.interval.ms", "600000")]
    [InlineData("offsets.topic.segment.bytes", "104857600")]
    [InlineData("log.segment.bytes", null)]
    public async Task Broker_configuration_has(string name, string? value)
    {
        using var client = await ConnectAsync();
        var request = new DescribeConfigsRequest { Resources = [new DescribeConfigsRequestResource { ResourceType = 4, ResourceName = "1", ConfigurationKeys = [name] }] };
        var response = await client.AskAsync<DescribeConfigsResponse>(ApiSchemas.DescribeConfigs, 4, request, Cancel);
        var config = Assert.Single(Assert.Single(response.Results).Configs);
        Assert.Equal(value ?? config.Value, config.Value);
        Assert.Equal(name, config.Name);
    }

    private async Task<WireClient> ConnectAsync()
    {
        await target.StartAsync();
        return await WireClient.ConnectAsync(target.Port, Cancel);
    }

    /// <summary>Apache Kafka answers CreateTopics a moment before its group coordinator knows the topic.</summary>
    private static async Task UntilKnownAsync(Func<Task<ErrorCode>> ask)
    {
        using var patience = new CancellationTokenSource(KafkaTarget.Patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await ask() is not ErrorCode.None)
        {
            await again.WaitForNextTickAsync(patience.Token);
        }
    }
}

public sealed class WireOnKafkadogTests(EmbeddedTarget target) : WireConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class WireOnApacheKafkaTests(ApacheKafka target) : WireConformance(target);
