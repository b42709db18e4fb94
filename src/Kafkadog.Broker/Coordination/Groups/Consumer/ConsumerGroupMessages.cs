using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>A ConsumerGroupHeartbeat; null and -1 stand for "as I said before".</summary>
internal sealed record ConsumerHeartbeat
{
    public required string GroupId { get; init; }

    /// <summary>Made by the client; empty in v0 when it joins, then the coordinator makes one.</summary>
    public required string MemberId { get; init; }

    /// <summary>0 joins, -1 leaves, -2 leaves a static member's place for a while.</summary>
    public required int MemberEpoch { get; init; }

    public string? InstanceId { get; init; }
    public string? RackId { get; init; }
    public string ClientId { get; init; } = "";
    public string ClientHost { get; init; } = "";
    public int RebalanceTimeoutMs { get; init; } = -1;
    public IReadOnlyList<string>? Topics { get; init; }
    public string? TopicRegex { get; init; }
    public string? ServerAssignor { get; init; }
    public IReadOnlySet<TopicIdPartition>? Owned { get; init; }

    /// <summary>Which topics the member may know of; a regular expression finds no others.</summary>
    public Predicate<string> MaySee { get; init; } = static _ => true;

    /// <summary>All fields are given, as clients do when they join or have lost an answer: it is answered in full.</summary>
    public bool IsFull => MemberEpoch == 0 || (RebalanceTimeoutMs != -1 && (Topics is not null || TopicRegex is not null) && Owned is not null);
}

/// <summary>The answer to a heartbeat.</summary>
/// <param name="Error">Why it was refused.</param>
/// <param name="Message">What clients show with the error.</param>
internal sealed record ConsumerHeartbeatResult(ErrorCode Error, string? Message = null)
{
    public string? MemberId { get; init; }
    public int MemberEpoch { get; init; }
    public int HeartbeatIntervalMs { get; init; }

    /// <summary>Null when nothing has changed for the member.</summary>
    public IReadOnlyCollection<TopicIdPartition>? Assignment { get; init; }
}

/// <summary>What ConsumerGroupDescribe tells of a group.</summary>
internal sealed record ConsumerGroupDescription(string GroupId, ErrorCode Error, string? Message)
{
    public string State { get; init; } = "";
    public int GroupEpoch { get; init; }
    public int AssignmentEpoch { get; init; }
    public string AssignorName { get; init; } = "";
    public IReadOnlyList<ConsumerMemberDescription> Members { get; init; } = [];
}

/// <summary>What ConsumerGroupDescribe tells of a member.</summary>
internal sealed record ConsumerMemberDescription(ConsumerMember Member, IReadOnlyCollection<TopicIdPartition> Target);
