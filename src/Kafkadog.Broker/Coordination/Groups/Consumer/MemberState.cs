namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>How far a member is on the way to its target assignment; the numbers are those of its record.</summary>
internal enum MemberState : sbyte
{
    /// <summary>It has all it should have at its epoch.</summary>
    Stable = 0,

    /// <summary>It must give partitions up first; its epoch stays until its heartbeats no longer own them.</summary>
    UnrevokedPartitions = 1,

    /// <summary>It is at the target epoch, but others still hold partitions it will get.</summary>
    UnreleasedPartitions = 2,
}
