namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>The life of a consumer group, in Apache Kafka's names (they are shown to clients as they stand here).</summary>
internal enum ConsumerGroupState
{
    /// <summary>No members; committed offsets may remain and expire.</summary>
    Empty,

    /// <summary>Something changed and there is no target assignment for it yet.</summary>
    Assigning,

    /// <summary>Some members are still on the way to the target assignment.</summary>
    Reconciling,

    /// <summary>Every member has what the target assignment gives it.</summary>
    Stable,

    /// <summary>Deleted.</summary>
    Dead,
}
