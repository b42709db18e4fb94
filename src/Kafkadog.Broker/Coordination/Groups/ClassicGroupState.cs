namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>The life of a classic consumer group, in Apache Kafka's names (they are shown to clients as they stand here).</summary>
internal enum ClassicGroupState
{
    /// <summary>No members; committed offsets may remain and expire.</summary>
    Empty,

    /// <summary>Members are asked to join again; JoinGroup requests are parked until all have, or the time is up.</summary>
    PreparingRebalance,

    /// <summary>A generation exists; SyncGroup requests are parked until the leader brings the assignment.</summary>
    CompletingRebalance,

    /// <summary>Every member can have its assignment.</summary>
    Stable,

    /// <summary>Deleted; whoever still holds a reference must look the group up again.</summary>
    Dead,
}
