using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Broker;
using Kafkadog.Messaging.Tests.Support;

[assembly: AssemblyFixture(typeof(TestCluster))]

namespace Kafkadog.Messaging.Tests.Support;

/// <summary>The embedded broker, or the cluster that KAFKADOG_TEST_BOOTSTRAP names: the tests are the same.</summary>
public sealed class TestCluster : IAsyncLifetime
{
    private KafkaBroker? broker;

    public string Bootstrap { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        NativeKafka.Load();
        Bootstrap = Environment.GetEnvironmentVariable("KAFKADOG_TEST_BOOTSTRAP") ?? "";
        if (Bootstrap.Length == 0)
        {
            broker = await KafkaBroker.StartAsync(new() { Port = 0, AutoCreateTopics = false, OffsetsTopicPartitions = 4 });
            Bootstrap = broker.BootstrapServers;
        }
    }

    /// <summary>A topic of this test alone.</summary>
    public async Task<string> CreateTopicAsync(string name, int partitions = 1, Dictionary<string, string>? configs = null)
    {
        var topic = $"{name}-{Guid.NewGuid():N}";
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1, Configs = configs }]);
        return topic;
    }

    public async Task CreateExactTopicAsync(string topic, int partitions = 1)
    {
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }]);
    }

    public IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).SetLogHandler((_, _) => { }).Build();

    public IProducer<string?, byte[]?> Producer(bool transactional = false)
    {
        var config = new ProducerConfig { BootstrapServers = Bootstrap, Partitioner = Partitioner.Murmur2Random, LingerMs = 0, EnableIdempotence = true };
        if (transactional)
            config.TransactionalId = Guid.NewGuid().ToString();
        return new ProducerBuilder<string?, byte[]?>(config)
            .SetValueSerializer(Serializers.ByteArray!)
            .SetLogHandler((_, _) => { })
            .Build();
    }

    /// <summary>Every committed record of a topic, in the order of its partitions.</summary>
    public List<ConsumeResult<string?, byte[]?>> ReadAll(string topic)
    {
        using var consumer = new ConsumerBuilder<string?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = Bootstrap,
            GroupId = "reader-" + Guid.NewGuid(),
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).SetValueDeserializer(Deserializers.ByteArray!).SetLogHandler((_, _) => { }).Build();
        using var admin = Admin();
        var partitions = admin.GetMetadata(topic, TimeSpan.FromSeconds(10)).Topics[0].Partitions;
        consumer.Assign(partitions.Select(p => new TopicPartitionOffset(topic, p.PartitionId, Offset.Beginning)));
        var records = new List<ConsumeResult<string?, byte[]?>>();
        var ended = 0;
        var limit = DateTime.UtcNow.AddSeconds(30);
        while (ended < partitions.Count)
        {
            var result = consumer.Consume(TimeSpan.FromSeconds(1));
            if (result?.IsPartitionEOF == true)
                ended++;
            else if (result is not null)
                records.Add(result);
            else if (DateTime.UtcNow > limit)
                throw new TimeoutException("The end of the topic was not reached.");
        }

        return [.. records.OrderBy(r => r.Partition.Value).ThenBy(r => r.Offset.Value)];
    }

    public long Committed(string group, string topic, int partition)
    {
        using var admin = Admin();
        var result = admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, [new(topic, partition)])]).GetAwaiter().GetResult();
        return result[0].Partitions[0].Offset.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (broker is not null)
            await broker.DisposeAsync();
    }
}
