using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;
using ErrorCode = Kafkadog.Broker.Protocol.ErrorCode;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>What this broker does otherwise than Apache Kafka, as docs/deviations.md lists it.</summary>
public sealed class DeviationTests(RunningBroker running) : IClassFixture<RunningBroker>, IDisposable
{
    private const sbyte StaticBrokerConfig = 4, BrokerResource = 4;

    private readonly IAdminClient _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = running.Broker.BootstrapServers }).Build();

    public void Dispose() => _admin.Dispose();

    [Theory]
    [InlineData("group.initial.rebalance.delay.ms", "0")]
    [InlineData("group.consumer.max.size", "10000")]
    [InlineData("group.max.size", "10000")]
    [InlineData("log.segment.bytes", "67108864")]
    [InlineData("max.connections", "10000")]
    [InlineData("queued.max.request.bytes", "1073741824")]
    public async Task Default_that_is_not_Apache_Kafkas_is_told_as_a_setting(string name, string value)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        var request = new DescribeConfigsRequest { Resources = [new DescribeConfigsRequestResource { ResourceType = BrokerResource, ResourceName = "1", ConfigurationKeys = [name] }] };
        var response = await client.AskAsync<DescribeConfigsResponse>(ApiSchemas.DescribeConfigs, 4, request, cancel);
        var config = Assert.Single(Assert.Single(response.Results).Configs);
        Assert.Equal((value, StaticBrokerConfig), (config.Value, config.ConfigSource));
    }

    [Fact]
    public async Task Segment_size_of_a_topic_comes_from_the_broker_and_Apache_Kafkas_default_stands_behind_it()
    {
        await CreateAsync(new TopicSpecification { Name = "deviation-segments", NumPartitions = 1 });
        var described = await _admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = "deviation-segments" }]);
        var entry = described.Single().Entries["segment.bytes"];
        Assert.Equal(("67108864", ConfigSource.StaticBrokerConfig), (entry.Value, entry.Source));
        Assert.Equal("1073741824", entry.Synonyms[^1].Value);
    }

    [Fact]
    public async Task Replication_factor_of_a_cluster_is_accepted_and_one_replica_kept()
    {
        await CreateAsync(new TopicSpecification { Name = "deviation-replicas", NumPartitions = 1, ReplicationFactor = 3 });
        Assert.Single(_admin.GetMetadata("deviation-replicas", KafkaTarget.Patience).Topics.Single().Partitions.Single().Replicas);
    }

    [Fact]
    public async Task Preallocate_is_accepted_and_files_grow_as_they_are_written()
    {
        await CreateAsync(new TopicSpecification { Name = "deviation-preallocate", NumPartitions = 1, Configs = new() { ["preallocate"] = "true" } });
        var topic = Assert.Single(await DescribeLogDirsAsync("deviation-preallocate"));
        Assert.Equal(0, Assert.Single(topic.Partitions).PartitionSize);
    }

    [Theory]
    [InlineData("1", "2")]
    [InlineData("12", "17")]
    public async Task Levels_of_lz4_are_those_that_the_library_has(string first, string second)
    {
        var value = new string('x', 500) + string.Concat(Enumerable.Range(0, 500));
        var sizes = new List<long>();
        foreach (var level in (string[])[first, second])
        {
            var topic = $"deviation-lz4-{level}";
            await CreateAsync(new TopicSpecification { Name = topic, NumPartitions = 1, Configs = new() { ["compression.type"] = "lz4", ["compression.lz4.level"] = level } });
            using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = running.Broker.BootstrapServers }).Build();
            await producer.ProduceAsync(topic, new Message<string, string> { Key = "k", Value = value }, TestContext.Current.CancellationToken);
            sizes.Add(Assert.Single(Assert.Single(await DescribeLogDirsAsync(topic)).Partitions).PartitionSize);
        }

        Assert.Equal(sizes[0], sizes[1]);
    }

    [Fact]
    public async Task Records_of_a_batch_are_not_looked_at_where_nothing_depends_on_them()
    {
        var cancel = TestContext.Current.CancellationToken;
        var garbage = Apis.ApiClient.Batch(1);
        garbage.AsSpan(Kafkadog.Broker.Protocol.Records.RecordBatch.HeaderSize).Fill(0xFF);
        Kafkadog.Broker.Protocol.Records.RecordBatch.PatchCrc(garbage);
        foreach (var (topic, policy, expected) in new[] { ("deviation-plain", "delete", ErrorCode.None), ("deviation-compact", "compact", Kafkadog.Broker.Protocol.ErrorCode.CorruptMessage) })
        {
            await CreateAsync(new TopicSpecification { Name = topic, NumPartitions = 1, Configs = new() { ["cleanup.policy"] = policy } });
            using var client = await WireClient.ConnectAsync(running.Broker, cancel);
            Assert.Equal(expected, (await Apis.ApiClient.ProduceAsync(client, topic, garbage, cancel)).ErrorCode);
        }
    }

    private async Task<List<DescribeLogDirsResponseTopic>> DescribeLogDirsAsync(string topic)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        var request = new DescribeLogDirsRequest { Topics = [new DescribeLogDirsRequestTopic { Topic = topic, Partitions = [0] }] };
        return Assert.Single((await client.AskAsync<DescribeLogDirsResponse>(ApiSchemas.DescribeLogDirs, 4, request, cancel)).Results).Topics;
    }

    [Theory]
    [InlineData("share.session.timeout.ms")]
    [InlineData("streams.session.timeout.ms")]
    public async Task Settings_of_share_and_streams_groups_are_refused(string name)
    {
        const sbyte GroupResource = 32;
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        var change = new IncrementalAlterConfigsRequest
        {
            Resources = [new() { ResourceType = GroupResource, ResourceName = "g", Configs = [new() { Name = name, Value = "50000" }] }],
        };
        var response = await client.AskAsync<IncrementalAlterConfigsResponse>(ApiSchemas.IncrementalAlterConfigs, 1, change, cancel);
        Assert.Equal(ErrorCode.InvalidConfig, Assert.Single(response.Responses).ErrorCode);
    }

    [Theory]
    [InlineData(@"\p{Greek}")]
    [InlineData("(a{100}){100}")]
    public async Task Expression_that_no_topic_could_match_is_refused(string expression)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        var join = new ConsumerGroupHeartbeatRequest { GroupId = "g", MemberId = "m", RebalanceTimeoutMs = 1000, SubscribedTopicRegex = expression, TopicPartitions = [] };
        var response = await client.AskAsync<ConsumerGroupHeartbeatResponse>(ApiSchemas.ConsumerGroupHeartbeat, 1, join, cancel);
        Assert.Equal(ErrorCode.InvalidRegularExpression, response.ErrorCode);
    }

    [Theory]
    [InlineData("num.io.threads")]
    [InlineData("num.network.threads")]
    [InlineData("zookeeper.connect")]
    public async Task Setting_of_Apache_Kafka_that_means_nothing_here_is_not_described(string name)
    {
        var described = await _admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Broker, Name = "1" }]);
        Assert.DoesNotContain(name, described.Single().Entries.Keys);
    }

    [Fact]
    public async Task Minimum_of_replicas_is_told_as_a_default()
    {
        var described = await _admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Broker, Name = "1" }]);
        var entry = described.Single().Entries["min.insync.replicas"];
        Assert.Equal(("1", true), (entry.Value, entry.IsDefault));
    }

    [Fact]
    public async Task Client_quota_is_kept_and_not_enforced()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        var alter = new AlterClientQuotasRequest
        {
            Entries =
            [
                new AlterClientQuotasRequestEntry
                {
                    Entity = [new AlterClientQuotasRequestEntity { EntityType = "client-id", EntityName = "wire-client" }],
                    Ops = [new AlterClientQuotasRequestOp { Key = "producer_byte_rate", Value = 1 }],
                },
            ],
        };
        await client.AskAsync<AlterClientQuotasResponse>(ApiSchemas.AlterClientQuotas, 1, alter, cancel);
        var described = await client.AskAsync<DescribeClientQuotasResponse>(ApiSchemas.DescribeClientQuotas, 1, new DescribeClientQuotasRequest(), cancel);
        Assert.Equal(1, Assert.Single(Assert.Single(described.Entries!).Values).Value);
        await client.CreateAsync("deviation-quota", 1, cancel);
        var produced = await client.AskAsync<ProduceResponse>(ApiSchemas.Produce, 9, ApiClient.Produce("deviation-quota", ApiClient.Batch(1, valueBytes: 1000)), cancel);
        Assert.Equal(0, produced.ThrottleTimeMs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Request_that_Apache_Kafka_leaves_without_an_answer_is_answered(int which)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        switch (which)
        {
            case 0:
                var join = new JoinGroupRequest
                {
                    GroupId = "deviation-unreadable", SessionTimeoutMs = 10_000, RebalanceTimeoutMs = 10_000, ProtocolType = "consumer", Protocols = [new() { Name = "range", Metadata = "nonsense"u8.ToArray() }],
                };
                Assert.Equal(ErrorCode.None, (await client.AskAsync<JoinGroupResponse>(ApiSchemas.JoinGroup, 2, join, cancel)).ErrorCode);
                break;
            case 1:
                Assert.Empty((await client.AskAsync<AddPartitionsToTxnResponse>(ApiSchemas.AddPartitionsToTxn, 5, new AddPartitionsToTxnRequest(), cancel)).ResultsByTransaction);
                break;
            case 2:
                Assert.Empty((await client.AskAsync<WriteTxnMarkersResponse>(ApiSchemas.WriteTxnMarkers, 1, new WriteTxnMarkersRequest(), cancel)).Markers);
                break;
            default:
                var marker = new WriteTxnMarkersRequestMarker { ProducerId = 7, Topics = [new() { Name = "deviation-missing", PartitionIndexes = [0] }] };
                Assert.Equal(2, (await client.AskAsync<WriteTxnMarkersResponse>(ApiSchemas.WriteTxnMarkers, 1, new WriteTxnMarkersRequest { Markers = [marker, marker] }, cancel)).Markers.Count);
                break;
        }
    }

    [Fact]
    public async Task Share_group_has_no_coordinator()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        var request = new FindCoordinatorRequest { KeyType = 2, CoordinatorKeys = ["group:Yh4xRWQ0SVmJ3bT6pK0sTg:0"] };
        var answer = await client.AskAsync<FindCoordinatorResponse>(ApiSchemas.FindCoordinator, 6, request, cancel);
        Assert.Equal(ErrorCode.InvalidRequest, Assert.Single(answer.Coordinators).ErrorCode);
    }

    [Theory]
    [InlineData("__consumer_offsets", 0)]
    [InlineData("__transaction_state", 1)]
    public async Task Internal_topic_cannot_be_deleted(string topic, sbyte keyType)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        await client.AskAsync<FindCoordinatorResponse>(ApiSchemas.FindCoordinator, 3, new FindCoordinatorRequest { Key = "deviation", KeyType = keyType }, cancel);
        var answer = await client.AskAsync<DeleteTopicsResponse>(ApiSchemas.DeleteTopics, 6, new DeleteTopicsRequest { Topics = [new() { Name = topic }], TimeoutMs = 1000 }, cancel);
        Assert.Equal(ErrorCode.TopicDeletionDisabled, Assert.Single(answer.Responses).ErrorCode);
    }

    private Task CreateAsync(TopicSpecification topic) => _admin.CreateTopicsAsync([topic]);
}
