namespace Kafkadog.Broker.Coordination.Groups.Consumer.Assignors;

/// <summary>A member as an assignor sees it.</summary>
/// <param name="MemberId">Its id.</param>
/// <param name="InstanceId">The name of a static member.</param>
/// <param name="Topics">The topics it reads; all of them exist.</param>
/// <param name="Target">What the last assignment gave it, so that it can keep it.</param>
internal sealed record AssignorMember(string MemberId, string? InstanceId, IReadOnlySet<Guid> Topics, IReadOnlySet<TopicIdPartition> Target);

/// <summary>Deals partitions out to the members of a consumer group. Pure; every partition of a topic that somebody reads gets exactly one owner, a reader.</summary>
internal interface IPartitionAssignor
{
    /// <summary>As members and settings name it.</summary>
    string Name { get; }

    /// <param name="members">At least one.</param>
    /// <param name="partitionsOf">How many partitions a topic has.</param>
    IReadOnlyDictionary<string, IReadOnlySet<TopicIdPartition>> Assign(IReadOnlyList<AssignorMember> members, Func<Guid, int> partitionsOf);
}
