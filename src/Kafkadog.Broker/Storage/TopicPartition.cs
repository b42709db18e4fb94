namespace Kafkadog.Broker.Storage;

/// <summary>A partition of a topic by name; <see cref="ToString"/> is the name of its directory.</summary>
internal readonly record struct TopicPartition(string Topic, int Partition)
{
    public override string ToString() => $"{Topic}-{Partition}";
}
