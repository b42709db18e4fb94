using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>A way to assign that a member offers: the assignor's name and the member's subscription in its terms.</summary>
internal readonly record struct MemberProtocol(string Name, ReadOnlyMemory<byte> Metadata);

/// <summary>Who speaks for a member: the id the coordinator gave it and, for a static member, the name its operator gave it (KIP-345).</summary>
internal readonly record struct MemberIdentity(string MemberId, string? InstanceId = null);

/// <summary>A JoinGroup request, all versions.</summary>
internal sealed record GroupJoin
{
    public required string MemberId { get; init; }
    public string? InstanceId { get; init; }
    public required string ClientId { get; init; }
    public required string ClientHost { get; init; }
    public required int SessionTimeoutMs { get; init; }
    public required int RebalanceTimeoutMs { get; init; }
    public required string ProtocolType { get; init; }
    public required IReadOnlyList<MemberProtocol> Protocols { get; init; }

    /// <summary>From v4 a new dynamic member is first told its id and must come back with it (KIP-394).</summary>
    public bool RequiresKnownMemberId { get; init; }

    /// <summary>From v9 a static leader can be told to keep the assignment (KIP-814).</summary>
    public bool SupportsSkippingAssignment { get; init; }
}

internal readonly record struct JoinedMember(string MemberId, string? InstanceId, ReadOnlyMemory<byte> Metadata);

/// <summary>The answer to a JoinGroup; only the leader is told the members.</summary>
internal sealed record JoinGroupResult(ErrorCode Error, string MemberId)
{
    public int Generation { get; init; } = -1;
    public string? ProtocolType { get; init; }
    public string? ProtocolName { get; init; }
    public string Leader { get; init; } = "";
    public bool SkipAssignment { get; init; }
    public IReadOnlyList<JoinedMember> Members { get; init; } = [];
}

/// <summary>A SyncGroup request; only the leader's carries assignments.</summary>
internal sealed record GroupSync(
    MemberIdentity Member,
    int Generation,
    string? ProtocolType,
    string? ProtocolName,
    IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Assignments);

internal sealed record SyncGroupResult(ErrorCode Error, ReadOnlyMemory<byte> Assignment = default, string? ProtocolType = null, string? ProtocolName = null);

internal sealed record LeaveResult(MemberIdentity Member, ErrorCode Error);

internal sealed record LeaveGroupResult(ErrorCode Error, IReadOnlyList<LeaveResult> Members);

/// <summary>What DescribeGroups tells of a member.</summary>
internal sealed record MemberDescription(
    MemberIdentity Member, string ClientId, string ClientHost, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Assignment);

/// <summary>What DescribeGroups tells of a group.</summary>
internal sealed record GroupDescription(string GroupId, ErrorCode Error, string State, string ProtocolType, string ProtocolData, IReadOnlyList<MemberDescription> Members)
{
    /// <summary>What clients show with the error.</summary>
    public string? Message { get; init; }
}

/// <summary>What ListGroups tells of a group.</summary>
internal sealed record GroupListing(string GroupId, string ProtocolType, string State, string Type);
