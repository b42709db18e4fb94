namespace Kafkadog.Broker.Storage;

/// <summary>A topic as of one moment; a change makes a new one.</summary>
/// <param name="Id">Kafka's topic id; its wire bytes are the big-endian bytes of the Guid.</param>
/// <param name="Partitions">The logs, by partition number.</param>
/// <param name="Config">Effective settings and where each comes from.</param>
internal sealed record Topic(string Name, Guid Id, IReadOnlyList<PartitionLog> Partitions, TopicConfig Config)
{
    public bool IsInternal => TopicNames.IsInternal(Name);
}
