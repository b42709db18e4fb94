using Confluent.Kafka;
using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

/// <summary>Ordinary clients of a broker under test.</summary>
internal static class Clients
{
    public static IProducer<string, string> Producer(this KafkaBroker broker) =>
        new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, EnableIdempotence = true, LingerMs = 0 }).Build();

    public static IConsumer<string, string> Consumer(this KafkaBroker broker, string group, string topic)
    {
        var consumer = new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        }).Build();
        consumer.Subscribe(topic);
        return consumer;
    }
}
