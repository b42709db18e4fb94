namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>What a member has said about itself; the record of type 5. Immutable.</summary>
internal sealed record MemberMetadata
{
    public string? InstanceId { get; init; }
    public string? RackId { get; init; }
    public string ClientId { get; init; } = "";
    public string ClientHost { get; init; } = "";

    /// <summary>Sorted, each once.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>An RE2 expression beside the names; empty or null for none.</summary>
    public string? TopicRegex { get; init; } = "";

    /// <summary>How long it may take to give partitions up, in milliseconds.</summary>
    public int RebalanceTimeoutMs { get; init; } = -1;

    /// <summary>The assignor it prefers; null leaves it to the others and the broker.</summary>
    public string? ServerAssignor { get; init; }

    /// <summary>Set for a member that speaks the classic protocol.</summary>
    public ClassicMemberMetadata? Classic { get; init; }

    public bool HasRegex => !string.IsNullOrEmpty(TopicRegex);

    public static IReadOnlyList<string> Normalized(IEnumerable<string> topics) =>
        [.. topics.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public bool SubscribesLike(MemberMetadata other) =>
        Topics.SequenceEqual(other.Topics, StringComparer.Ordinal) && string.Equals(TopicRegex ?? "", other.TopicRegex ?? "", StringComparison.Ordinal);

    public bool Equals(MemberMetadata? other) =>
        other is not null
        && string.Equals(InstanceId, other.InstanceId, StringComparison.Ordinal)
        && string.Equals(RackId, other.RackId, StringComparison.Ordinal)
        && string.Equals(ClientId, other.ClientId, StringComparison.Ordinal)
        && string.Equals(ClientHost, other.ClientHost, StringComparison.Ordinal)
        && string.Equals(TopicRegex, other.TopicRegex, StringComparison.Ordinal)
        && string.Equals(ServerAssignor, other.ServerAssignor, StringComparison.Ordinal)
        && RebalanceTimeoutMs == other.RebalanceTimeoutMs
        && Topics.SequenceEqual(other.Topics, StringComparer.Ordinal)
        && Equals(Classic, other.Classic);

    public override int GetHashCode() => HashCode.Combine(InstanceId, ClientId, ClientHost, Topics.Count);
}

/// <summary>What a member of the classic protocol joined with, kept so that the group can become a classic one again.</summary>
internal sealed record ClassicMemberMetadata(int SessionTimeoutMs, IReadOnlyList<MemberProtocol> Protocols)
{
    public bool Equals(ClassicMemberMetadata? other) =>
        other is not null && SessionTimeoutMs == other.SessionTimeoutMs && Protocols.Count == other.Protocols.Count
        && Protocols.Zip(other.Protocols).All(pair => string.Equals(pair.First.Name, pair.Second.Name, StringComparison.Ordinal)
            && pair.First.Metadata.Span.SequenceEqual(pair.Second.Metadata.Span));

    public override int GetHashCode() => HashCode.Combine(SessionTimeoutMs, Protocols.Count);
}
