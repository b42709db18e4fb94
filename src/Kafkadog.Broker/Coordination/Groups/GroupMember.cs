namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>One member of a classic group: what it asked for, what it was given, and the request it has parked. Owned by its group.</summary>
internal sealed class GroupMember(string memberId, string? instanceId)
{
    public string MemberId { get; } = memberId;
    public string? InstanceId { get; } = instanceId;
    public string ClientId { get; set; } = "";
    public string ClientHost { get; set; } = "";
    public int SessionTimeoutMs { get; set; }
    public int RebalanceTimeoutMs { get; set; }

    /// <summary>In the member's order of preference.</summary>
    public IReadOnlyList<MemberProtocol> Protocols { get; set; } = [];

    public ReadOnlyMemory<byte> Assignment { get; set; }

    /// <summary>The JoinGroup that waits for the other members.</summary>
    public Reply<JoinGroupResult>? ParkedJoin { get; set; }

    /// <summary>The SyncGroup that waits for the leader's assignment.</summary>
    public Reply<SyncGroupResult>? ParkedSync { get; set; }

    /// <summary>True until the first join is answered: the client does not know its id yet, so it cannot send heartbeats.</summary>
    public bool IsNew { get; set; }

    /// <summary>True while the coordinator expects this member's SyncGroup of the current generation.</summary>
    public bool OwesSync { get; set; }

    /// <summary>When the session ends, on the monotonic clock in milliseconds.</summary>
    public long SessionDeadline { get; set; }

    public MemberIdentity Identity => new(MemberId, InstanceId);

    public bool IsStatic => InstanceId is not null;

    /// <summary>A parked request is a sign of life: the coordinator makes this member wait, so its session cannot end. A new member can be given up all the same.</summary>
    public bool SessionCanExpire => IsNew || (ParkedJoin is null && ParkedSync is null);

    public ReadOnlyMemory<byte> MetadataOf(string? protocol)
    {
        foreach (var offered in Protocols)
        {
            if (string.Equals(offered.Name, protocol, StringComparison.Ordinal)) return offered.Metadata;
        }

        return default;
    }

    public bool Supports(string protocol)
    {
        foreach (var offered in Protocols)
        {
            if (string.Equals(offered.Name, protocol, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>True when the offer is the same, byte for byte and in the same order.</summary>
    public bool Offers(IReadOnlyList<MemberProtocol> protocols)
    {
        if (protocols.Count != Protocols.Count) return false;
        for (var i = 0; i < protocols.Count; i++)
        {
            if (!string.Equals(protocols[i].Name, Protocols[i].Name, StringComparison.Ordinal)) return false;
            if (!protocols[i].Metadata.Span.SequenceEqual(Protocols[i].Metadata.Span)) return false;
        }

        return true;
    }
}
