using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Apis;

public sealed class TopicApiTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateTopics_uses_defaults_clamps_the_replication_factor_and_tells_the_configuration()
    {
        using var client = await ConnectAsync();
        var clamped = await CreateAsync(client, new() { Name = "create-clamped", NumPartitions = -1, ReplicationFactor = 3, Configs = [new() { Name = "retention.ms", Value = "5" }] });
        Assert.Equal((ErrorCode.None, 1, 1), (clamped.ErrorCode, clamped.NumPartitions, clamped.ReplicationFactor));
        Assert.NotEqual(Guid.Empty, clamped.TopicId);
        var retention = clamped.Configs!.Single(config => config.Name == "retention.ms");
        Assert.Equal(("5", 1), (retention.Value, retention.ConfigSource));
        Assert.Equal(5, clamped.Configs!.Single(config => config.Name == "cleanup.policy").ConfigSource);
    }

    [Theory]
    [InlineData("ok-1", 0, 1, ErrorCodeOf.InvalidPartitions)]
    [InlineData("ok-2", 1, 0, ErrorCodeOf.InvalidReplicationFactor)]
    [InlineData("ok-3", 1, 4, ErrorCodeOf.InvalidReplicationFactor)]
    [InlineData("no spaces", 1, 1, ErrorCodeOf.InvalidTopic)]
    [InlineData("", 1, 1, ErrorCodeOf.InvalidTopic)]
    public async Task CreateTopics_refuses_what_cannot_be(string name, int partitions, short factor, short error)
    {
        using var client = await ConnectAsync();
        var answer = await CreateAsync(client, new() { Name = name, NumPartitions = partitions, ReplicationFactor = factor });
        Assert.Equal((ErrorCode)error, answer.ErrorCode);
        Assert.NotNull(answer.ErrorMessage);
    }

    [Fact]
    public async Task CreateTopics_refuses_a_factor_above_one_when_clamping_is_off()
    {
        await using var broker = await KafkaBroker.StartAsync(RunningBroker.Options with { ClampReplicationFactor = false }, Cancel);
        using var client = await WireClient.ConnectAsync(broker, Cancel);
        Assert.Equal(ErrorCode.InvalidReplicationFactor, (await CreateAsync(client, new() { Name = "t", NumPartitions = 1, ReplicationFactor = 2 })).ErrorCode);
    }

    [Fact]
    public async Task CreateTopics_to_validate_makes_nothing_and_a_name_twice_is_refused()
    {
        using var client = await ConnectAsync();
        var topic = new CreateTopicsRequestTopic { Name = "create-validated", NumPartitions = 2, ReplicationFactor = 1 };
        var validated = await client.AskAsync<CreateTopicsResponse>(ApiSchemas.CreateTopics, 7, new CreateTopicsRequest { Topics = [topic], ValidateOnly = true }, Cancel);
        Assert.Equal((ErrorCode.None, 2), (validated.Topics.Single().ErrorCode, validated.Topics.Single().NumPartitions));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await MetadataAsync(client, "create-validated", mayCreate: false)).ErrorCode);

        var twice = await client.AskAsync<CreateTopicsResponse>(ApiSchemas.CreateTopics, 7, new CreateTopicsRequest { Topics = [topic, topic] }, Cancel);
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Single(twice.Topics).ErrorCode);
    }

    [Fact]
    public async Task Metadata_makes_a_topic_only_when_client_and_broker_allow_it()
    {
        using var client = await ConnectAsync();
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await MetadataAsync(client, "auto-created", mayCreate: false)).ErrorCode);
        var created = await MetadataAsync(client, "auto-created", mayCreate: true);
        Assert.Equal((ErrorCode.None, 1), (created.ErrorCode, created.Partitions.Count));
        Assert.Equal([1], created.Partitions[0].IsrNodes);
        Assert.Equal(ErrorCode.InvalidTopicException, (await MetadataAsync(client, "not/legal", mayCreate: true)).ErrorCode);

        await using var strict = await KafkaBroker.StartAsync(RunningBroker.Options with { AutoCreateTopics = false }, Cancel);
        using var other = await WireClient.ConnectAsync(strict, Cancel);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await MetadataAsync(other, "auto-created", mayCreate: true)).ErrorCode);
    }

    [Fact]
    public async Task Metadata_with_null_tells_all_topics_and_with_none_tells_none()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("metadata-all", 3, Cancel);
        var all = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 9, new MetadataRequest { Topics = null }, Cancel);
        Assert.Contains(all.Topics, topic => topic.Name == "metadata-all" && topic.Partitions.Count == 3);
        Assert.Empty((await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 9, new MetadataRequest { Topics = [] }, Cancel)).Topics);
        Assert.NotEmpty((await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 0, new MetadataRequest { Topics = [] }, Cancel)).Topics);
    }

    [Fact]
    public async Task Deleted_and_recreated_topic_has_another_id_and_no_records()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("recreated", 1, Cancel);
        var before = (await MetadataAsync(client, "recreated", mayCreate: false)).TopicId;
        await client.ProduceAsync("recreated", ApiClient.Batch(3), Cancel);
        var byId = new DeleteTopicsRequest { Topics = [new DeleteTopicsRequestTopic { TopicId = before }] };
        var deleted = await client.AskAsync<DeleteTopicsResponse>(ApiSchemas.DeleteTopics, 6, byId, Cancel);
        Assert.Equal((ErrorCode.None, "recreated"), (deleted.Responses.Single().ErrorCode, deleted.Responses.Single().Name));
        Assert.Equal(ErrorCode.UnknownTopicId, (await client.AskAsync<DeleteTopicsResponse>(ApiSchemas.DeleteTopics, 6, byId, Cancel)).Responses.Single().ErrorCode);

        await client.CreateAsync("recreated", 1, Cancel);
        Assert.NotEqual(before, (await MetadataAsync(client, "recreated", mayCreate: false)).TopicId);
        Assert.Equal(0, (await ListAsync(client, "recreated", -1)).Offset);
    }

    [Fact]
    public async Task ListOffsets_finds_the_ends_and_times()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("list-offsets", 1, Cancel);
        Assert.Equal((0, 0), ((await ListAsync(client, "list-offsets", -2)).Offset, (await ListAsync(client, "list-offsets", -1)).Offset));
        Assert.Equal(-1, (await ListAsync(client, "list-offsets", -3)).Offset);
        var batch = ApiClient.Batch(5);
        var firstTime = new Kafkadog.Broker.Protocol.Records.RecordBatch(batch).BaseTimestamp;
        await client.ProduceAsync("list-offsets", batch, Cancel);
        Assert.Equal(5, (await ListAsync(client, "list-offsets", -1)).Offset);
        Assert.Equal((4, firstTime + 4), Found(await ListAsync(client, "list-offsets", -3)));
        Assert.Equal((2, firstTime + 2), Found(await ListAsync(client, "list-offsets", firstTime + 2)));
        Assert.Equal((-1, -1), Found(await ListAsync(client, "list-offsets", firstTime + 1000)));
        Assert.Equal((-1, -1), Found(await ListAsync(client, "list-offsets", -5)));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await ListAsync(client, "no-such-topic", -1)).ErrorCode);
    }

    private static (long Offset, long Timestamp) Found(ListOffsetsResponsePartition partition) => (partition.Offset, partition.Timestamp);

    private static async Task<CreateTopicsResponseTopic> CreateAsync(WireClient client, CreateTopicsRequestTopic topic) =>
        (await client.AskAsync<CreateTopicsResponse>(ApiSchemas.CreateTopics, 7, new CreateTopicsRequest { Topics = [topic] }, Cancel)).Topics.Single();

    private static async Task<MetadataResponseTopic> MetadataAsync(WireClient client, string topic, bool mayCreate)
    {
        var request = new MetadataRequest { Topics = [new MetadataRequestTopic { Name = topic }], AllowAutoTopicCreation = mayCreate };
        return (await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, request, Cancel)).Topics.Single();
    }

    private static async Task<ListOffsetsResponsePartition> ListAsync(WireClient client, string topic, long timestamp)
    {
        var request = new ListOffsetsRequest { Topics = [new ListOffsetsRequestTopic { Name = topic, Partitions = [new ListOffsetsRequestPartition { Timestamp = timestamp }] }] };
        return (await client.AskAsync<ListOffsetsResponse>(ApiSchemas.ListOffsets, 9, request, Cancel)).Topics.Single().Partitions.Single();
    }

    private Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(running.Broker, Cancel);

    private static class ErrorCodeOf
    {
        public const short InvalidTopic = 17, InvalidPartitions = 37, InvalidReplicationFactor = 38;
    }
}
