using System.Text;
using Confluent.Kafka;
using Kafkadog.Messaging.Tests.Support;

namespace Kafkadog.Messaging.Tests;

public sealed class NativeKafkaTests(TestCluster cluster)
{
    [Fact]
    public void The_packaged_library_is_the_one_that_is_loaded()
    {
        Assert.StartsWith(NativeKafka.ExpectedVersion, NativeKafka.Load());
        Assert.StartsWith(NativeKafka.ExpectedVersion, Library.VersionString);
    }

    /// <summary>Where the Java client and KafkaJS put the same keys.</summary>
    [Fact]
    public async Task Keys_go_to_the_partition_that_other_clients_choose()
    {
        var expected = new Dictionary<string, int>(StringComparer.Ordinal)
        {
            ["00000000-0000-4000-8000-000000000001"] = 0,
            ["00000000-0000-4000-8000-000000000002"] = 2,
            ["00000000-0000-4000-8000-000000000003"] = 0,
            ["00000000-0000-4000-8000-000000000004"] = 1,
            ["00000000-0000-4000-8000-000000000005"] = 1,
            ["3f2504e0-4f89-41d3-9a0c-0305e82c3301"] = 2,
            ["f47ac10b-58cc-4372-a567-0e02b2c3d479"] = 2,
        };
        var topic = await cluster.CreateTopicAsync("partitions", 3);
        using var producer = new ProducerBuilder<byte[], byte[]>(KafkaClientConfig.Producer(new MessagingOptions { ServiceName = "t", BootstrapServers = cluster.Bootstrap })).Build();
        foreach (var key in expected.Keys)
            producer.Produce(topic, new() { Key = Encoding.UTF8.GetBytes(key), Value = [1] });
        producer.Flush(TestContext.Current.CancellationToken);
        Assert.Equal(expected, cluster.ReadAll(topic).ToDictionary(record => record.Message.Key!, record => record.Partition.Value));
    }
}
