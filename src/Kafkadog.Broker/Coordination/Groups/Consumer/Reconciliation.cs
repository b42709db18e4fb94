namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>
/// The way of one member to its target assignment (KIP-848): it first gives up what others shall have, then moves to the target epoch,
/// and then gets what others have given up. Pure: what the member said and what the group knows go in, where it stands comes out.
/// </summary>
internal readonly ref struct Reconciliation
{
    public required CurrentAssignment Current { get; init; }

    /// <summary>The epoch of the target assignment.</summary>
    public required int TargetEpoch { get; init; }

    public required IReadOnlySet<TopicIdPartition> Target { get; init; }

    /// <summary>True when no member holds the partition, nor has it still to give up.</summary>
    public required Predicate<TopicIdPartition> IsFree { get; init; }

    /// <summary>Whether the member still subscribes to a topic; what it no longer reads it gives up at once.</summary>
    public required Predicate<Guid> IsSubscribed { get; init; }

    /// <summary>True when the member subscribed to something else with this very heartbeat.</summary>
    public bool SubscriptionChanged { get; init; }

    /// <summary>What the client says it owns; null when it did not say.</summary>
    public required IReadOnlySet<TopicIdPartition>? Owned { get; init; }

    public CurrentAssignment Next()
    {
        switch (Current.State)
        {
            case MemberState.Stable when Current.Epoch != TargetEpoch:
            case MemberState.UnreleasedPartitions:
                return Advance();
            case MemberState.UnrevokedPartitions when !StillOwns(Current.PendingRevocation.Keys):
                return Advance();
            default:
                return SubscriptionChanged ? DropUnsubscribed() : Current;
        }
    }

    private CurrentAssignment Advance()
    {
        var kept = new Dictionary<TopicIdPartition, int>();
        var revoked = new Dictionary<TopicIdPartition, int>();
        foreach (var (partition, epoch) in Current.Assigned)
        {
            var keeps = Target.Contains(partition) && IsSubscribed(partition.TopicId);
            (keeps ? kept : revoked).Add(partition, epoch);
        }

        if (revoked.Count > 0 && StillOwns(revoked.Keys))
        {
            return Current.MovedTo(Current.Epoch) with { State = MemberState.UnrevokedPartitions, Assigned = kept, PendingRevocation = revoked };
        }

        var waits = false;
        foreach (var partition in Target)
        {
            if (kept.ContainsKey(partition) || !IsSubscribed(partition.TopicId)) continue;
            if (IsFree(partition)) kept.Add(partition, TargetEpoch);
            else waits = true;
        }

        return Current.MovedTo(TargetEpoch) with
        {
            State = waits ? MemberState.UnreleasedPartitions : MemberState.Stable,
            Assigned = kept,
            PendingRevocation = CurrentAssignment.Nothing,
        };
    }

    private CurrentAssignment DropUnsubscribed()
    {
        var isSubscribed = IsSubscribed;
        var dropped = Current.Assigned.Where(p => !isSubscribed(p.Key.TopicId)).ToDictionary();
        if (dropped.Count == 0) return Current;

        var kept = Current.Assigned.Where(p => !dropped.ContainsKey(p.Key)).ToDictionary();
        foreach (var (partition, epoch) in Current.PendingRevocation) dropped.TryAdd(partition, epoch);
        return StillOwns(dropped.Keys)
            ? Current.MovedTo(Current.Epoch) with { State = MemberState.UnrevokedPartitions, Assigned = kept, PendingRevocation = dropped }
            : Current.MovedTo(Current.Epoch) with { Assigned = kept };
    }

    /// <summary>A client that does not say what it owns may own everything.</summary>
    private bool StillOwns(IEnumerable<TopicIdPartition> partitions) => Owned is null || partitions.Any(Owned.Contains);
}
