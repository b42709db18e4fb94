namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>Where a member stands; the record of type 8. Immutable.</summary>
/// <param name="Epoch">The member epoch; 0 for a new member, -2 while a static member is away.</param>
/// <param name="PreviousEpoch">The one before: a heartbeat that carries it was answered, but the answer was lost.</param>
/// <param name="State">What it waits for.</param>
/// <param name="Assigned">The partitions that are its own, each with the epoch at which it got it.</param>
/// <param name="PendingRevocation">Partitions it must give up, with the epoch at which it got them; nobody else gets them before.</param>
internal sealed record CurrentAssignment(
    int Epoch,
    int PreviousEpoch,
    MemberState State,
    IReadOnlyDictionary<TopicIdPartition, int> Assigned,
    IReadOnlyDictionary<TopicIdPartition, int> PendingRevocation)
{
    /// <summary>The epoch of a static member that is away for a while.</summary>
    public const int AwayEpoch = -2;

    /// <summary>The epoch with which a member leaves for good.</summary>
    public const int LeaveEpoch = -1;

    public static IReadOnlyDictionary<TopicIdPartition, int> Nothing { get; } = new Dictionary<TopicIdPartition, int>();

    /// <summary>Of a member that has just come.</summary>
    public static CurrentAssignment New { get; } = new(0, 0, MemberState.Stable, Nothing, Nothing);

    public bool IsReconciledTo(int epoch) => State == MemberState.Stable && Epoch == epoch;

    public CurrentAssignment MovedTo(int epoch) => this with { Epoch = epoch, PreviousEpoch = Epoch };

    public bool Equals(CurrentAssignment? other) =>
        other is not null && Epoch == other.Epoch && PreviousEpoch == other.PreviousEpoch && State == other.State
        && Same(Assigned, other.Assigned) && Same(PendingRevocation, other.PendingRevocation);

    public override int GetHashCode() => HashCode.Combine(Epoch, PreviousEpoch, State, Assigned.Count);

    /// <summary>True when both have the same partitions at the same epochs.</summary>
    public static bool Same(IReadOnlyDictionary<TopicIdPartition, int> one, IReadOnlyDictionary<TopicIdPartition, int> other) =>
        ReferenceEquals(one, other) || (one.Count == other.Count && one.All(p => other.TryGetValue(p.Key, out var epoch) && epoch == p.Value));
}
