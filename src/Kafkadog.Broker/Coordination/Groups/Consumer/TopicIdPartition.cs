using System.Runtime.InteropServices;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>A partition of one life of a topic: a topic that is deleted and made again has another id.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TopicIdPartition(Guid TopicId, int Partition) : IComparable<TopicIdPartition>
{
    public int CompareTo(TopicIdPartition other)
    {
        var byTopic = TopicId.CompareTo(other.TopicId);
        return byTopic != 0 ? byTopic : Partition.CompareTo(other.Partition);
    }

    public static bool operator <(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) < 0;

    public static bool operator >(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) > 0;

    public static bool operator <=(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TopicIdPartition left, TopicIdPartition right) => left.CompareTo(right) >= 0;
}
