using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Confluent.Kafka, the .NET client.</summary>
public abstract class ConfluentConformance(KafkaTarget target) : IAsyncLifetime
{
    private static TimeSpan Patience => KafkaTarget.Patience;

    private string Servers => target.Servers;

    public async ValueTask InitializeAsync() => await target.StartAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void The_library_of_the_package_is_loaded() => Assert.Equal("2.16.0", Library.VersionString);

    [Fact]
    public async Task Records_come_back_with_keys_headers_tombstones_and_timestamps()
    {
        var topic = await CreateAsync("confluent-records", 1);
        using var producer = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = Servers, EnableIdempotence = true }).Build();
        var time = new Timestamp(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        var sent = new[]
        {
            new Message<string?, string?> { Key = "a", Value = "first", Timestamp = time, Headers = [new Header("h", [1, 2]), new Header("none", null)] },
            new Message<string?, string?> { Key = "a", Value = null, Timestamp = time },
            new Message<string?, string?> { Key = null, Value = "no key ä", Timestamp = time },
        };
        for (var at = 0; at < sent.Length; at++)
        {
            Assert.Equal(at, (await producer.ProduceAsync(topic, sent[at], TestContext.Current.CancellationToken)).Offset.Value);
        }

        using var consumer = Consumer("confluent-records-readers");
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        foreach (var expected in sent)
        {
            var message = Consume(consumer).Message;
            Assert.Equal((expected.Key, expected.Value, expected.Timestamp), (message.Key, message.Value, message.Timestamp));
            Assert.Equal(expected.Headers?.Count ?? 0, message.Headers?.Count ?? 0);
        }

        Assert.Equal((0, 3), Range(consumer.QueryWatermarkOffsets(new TopicPartition(topic, 0), Patience)));
        var found = consumer.OffsetsForTimes([new TopicPartitionTimestamp(topic, 0, time)], Patience);
        Assert.Equal(0, Assert.Single(found).Offset.Value);
    }

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public async Task Group_shares_partitions_and_hands_them_over_when_a_member_leaves(PartitionAssignmentStrategy strategy)
    {
        const int Partitions = 4, Records = 200;
        var topic = await CreateAsync($"confluent-group-{strategy}", Partitions);
        await ProduceAsync(topic, Partitions, Records);
        var group = $"readers-{strategy}";
        using var first = Consumer(group, strategy);
        using var second = Consumer(group, strategy);
        first.Subscribe(topic);
        second.Subscribe(topic);
        var seen = new HashSet<string>();
        var deadline = DateTime.UtcNow + Patience;
        while (first.Assignment.Count != Partitions / 2 || second.Assignment.Count != Partitions / 2)
        {
            Assert.True(DateTime.UtcNow < deadline, $"assigned {first.Assignment.Count} and {second.Assignment.Count}");
            Take(first);
            Take(second);
        }

        // The second may have read its partitions to the end: only what it commits tells the first where to go on.
        CommitConsumed(second);
        second.Close();
        while (first.Assignment.Count != Partitions || seen.Count < Records)
        {
            Assert.True(DateTime.UtcNow < deadline, $"assigned {first.Assignment.Count}, seen {seen.Count}");
            Take(first);
        }

        // What was read before the handover, and not committed, has to be read again to the end.
        while (CommittedBy(first) != Records)
        {
            Assert.True(DateTime.UtcNow < deadline, $"committed {CommittedBy(first)}");
            Take(first);
            CommitConsumed(first);
        }

        first.Close();

        await ProduceAsync(topic, Partitions, 8);
        using var restarted = Consumer(group, strategy);
        restarted.Subscribe(topic);
        Assert.Equal(
            Enumerable.Range(0, 8).Select(at => $"value-{at}"),
            Enumerable.Range(0, 8).Select(_ => Consume(restarted).Message.Value).Order(StringComparer.Ordinal));
        restarted.Close();

        void Take(IConsumer<string?, string?> consumer)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is { Message.Value: { } value })
            {
                seen.Add(value);
            }
        }

        long CommittedBy(IConsumer<string?, string?> consumer) => consumer
            .Committed([.. Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(topic, partition))], Patience)
            .Sum(committed => Math.Max(0, committed.Offset.Value));

        static void CommitConsumed(IConsumer<string?, string?> consumer)
        {
            var consumed = consumer.Assignment
                .Select(partition => new TopicPartitionOffset(partition, consumer.Position(partition)))
                .Where(position => position.Offset != Offset.Unset)
                .ToList();
            if (consumed.Count > 0)
            {
                consumer.Commit(consumed);
            }
        }
    }

    [Fact]
    public async Task Static_member_comes_back_without_a_rebalance()
    {
        var topic = await CreateAsync("confluent-static", 2);
        await ProduceAsync(topic, 2, 10);
        var config = new ConsumerConfig { BootstrapServers = Servers, GroupId = "static-readers", GroupInstanceId = "worker-1", AutoOffsetReset = AutoOffsetReset.Earliest };
        for (var round = 0; round < 2; round++)
        {
            using var consumer = new ConsumerBuilder<string?, string?>(config).Build();
            consumer.Subscribe(topic);
            if (round == 0)
            {
                for (var at = 0; at < 10; at++)
                {
                    Consume(consumer);
                }

                consumer.Commit();
            }
            else
            {
                await ProduceAsync(topic, 2, 1);
                Assert.Equal("value-0", Consume(consumer).Message.Value);
            }
        }

        using var admin = Admin();
        var description = Assert.Single((await admin.DescribeConsumerGroupsAsync(["static-readers"])).ConsumerGroupDescriptions);
        Assert.Equal("worker-1", Assert.Single(description.Members).GroupInstanceId);
    }

    [Fact]
    public async Task Admin_creates_grows_describes_alters_and_deletes()
    {
        using var admin = Admin();
        var topic = await CreateAsync("confluent-admin", 2);
        await Assert.ThrowsAsync<CreateTopicsException>(() => admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1 }]));
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = 5 }]);
        Assert.Equal(5, Assert.Single(admin.GetMetadata(topic, Patience).Topics).Partitions.Count);

        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        await admin.IncrementalAlterConfigsAsync(new() { [resource] = [new ConfigEntry { Name = "retention.ms", Value = "123456", IncrementalOperation = AlterConfigOpType.Set }] });
        // The controller of Apache Kafka answers before its broker has heard of the change.
        using var patience = new CancellationTokenSource(Patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        ConfigEntryResult config;
        while ((config = Assert.Single(await admin.DescribeConfigsAsync([resource])).Entries["retention.ms"]).Value != "123456")
        {
            await again.WaitForNextTickAsync(patience.Token);
        }

        Assert.Equal(ConfigSource.DynamicTopicConfig, config.Source);
        var broker = new ConfigResource { Type = ResourceType.Broker, Name = "1" };
        Assert.Equal("1", Assert.Single(await admin.DescribeConfigsAsync([broker])).Entries["node.id"].Value);

        await ProduceAsync(topic, 1, 10);
        var deleted = await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, 0, 4)]);
        Assert.Equal(4, Assert.Single(deleted).Offset.Value);
        var cluster = await admin.DescribeClusterAsync();
        Assert.Equal((22, 1), (cluster.ClusterId.Length, cluster.Controller.Id));

        await admin.DeleteTopicsAsync([topic]);
        Assert.DoesNotContain(admin.GetMetadata(Patience).Topics, one => one.Topic == topic);
    }

    private async Task<string> CreateAsync(string name, int partitions)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = 1 }]);
        return name;
    }

    private async Task ProduceAsync(string topic, int partitions, int records)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = Servers, LingerMs = 5 }).Build();
        var sending = Enumerable.Range(0, records).Select(at => producer.ProduceAsync(
            new TopicPartition(topic, at % partitions), new Message<string, string> { Key = $"key-{at}", Value = $"value-{at}" }));
        await Task.WhenAll(sending);
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();

    private IConsumer<string?, string?> Consumer(string group, PartitionAssignmentStrategy strategy = PartitionAssignmentStrategy.Range) =>
        new ConsumerBuilder<string?, string?>(new ConsumerConfig
        {
            BootstrapServers = Servers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            PartitionAssignmentStrategy = strategy,
            HeartbeatIntervalMs = 500,
        }).SetKeyDeserializer(NullableText.Instance).SetValueDeserializer(NullableText.Instance).Build();

    private static ConsumeResult<string?, string?> Consume(IConsumer<string?, string?> consumer) =>
        consumer.Consume(Patience) ?? throw new TimeoutException("No record came.");

    private static (long Low, long High) Range(WatermarkOffsets offsets) => (offsets.Low.Value, offsets.High.Value);

    private sealed class NullableText : IDeserializer<string?>
    {
        public static NullableText Instance { get; } = new();

        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : Encoding.UTF8.GetString(data);
    }
}

public sealed class ConfluentOnKafkadogTests(EmbeddedTarget target) : ConfluentConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class ConfluentOnApacheKafkaTests(ApacheKafka target) : ConfluentConformance(target);
