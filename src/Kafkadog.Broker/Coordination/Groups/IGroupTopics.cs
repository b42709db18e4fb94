using System.Runtime.InteropServices;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>A topic as groups see it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GroupTopic(string Name, Guid Id, int Partitions);

/// <summary>The topics of the broker, for groups whose partitions the coordinator assigns. Lookups take no lock.</summary>
internal interface IGroupTopics
{
    /// <summary>Another number after every topic that was created, deleted, or got more partitions.</summary>
    long Version { get; }

    IEnumerable<GroupTopic> All { get; }

    bool TryGet(string name, out GroupTopic topic);

    bool TryGet(Guid id, out GroupTopic topic);
}
