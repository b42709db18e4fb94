using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>A partition before and after a rebalance, and how long nobody read it.</summary>
/// <param name="Before">Null when nobody owned it.</param>
/// <param name="After">Null when nobody owns it yet, or any more.</param>
/// <param name="IsMoved">It has another owner; a new process of the same instance is another one.</param>
/// <param name="IsNew">The group did not know this partition before.</param>
public sealed record PartitionMove(Place Place, Owner? Before, Owner? After, bool IsMoved, bool IsNew, TimeSpan? Pause, PauseSource PauseBy);

/// <summary>How a pause is known.</summary>
public enum PauseSource
{
    Unknown,

    /// <summary>The consumer itself measured it: it gave the partition up and got it back.</summary>
    Consumer,

    /// <summary>From one consumer's giving up to the other's taking over, by the journals of both.</summary>
    HandOver,

    /// <summary>From the end (or the freeze) of the old owner's process to the new owner's taking over.</summary>
    Silence,

    /// <summary>From the last delivery before to the first after: too long when there was nothing to deliver.</summary>
    Deliveries,
}

/// <summary>Every partition of a group before and after a rebalance.</summary>
internal static class PartitionMoves
{
    /// <summary>How far from the memberships' times the callbacks of the same rebalance may lie.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(15);

    private static readonly (TimeSpan? Pause, PauseSource Source) Unknown = (null, PauseSource.Unknown);

    public static IReadOnlyList<PartitionMove> Of(RebalanceStory story, IReadOnlyList<MemberChange> changes, Evidence evidence) =>
        [.. story.Known.Select(place => Of(place, story, changes, evidence))];

    private static PartitionMove Of(Place place, RebalanceStory story, IReadOnlyList<MemberChange> changes, Evidence evidence)
    {
        var before = story.Before?.OwnerOf(place);
        var after = story.After.OwnerOf(place);
        var isMoved = before?.Id != after?.Id;
        var isNew = before is null && story.Before is { IsEmpty: false } && after is not null;
        var (pause, source) = after is null || before is null ? Unknown : Pause(place, before, after, story, changes, evidence);
        return new(place, before is null ? null : Owner.Of(before), after is null ? null : Owner.Of(after), isMoved, isNew, pause, source);
    }

    private static (TimeSpan? Pause, PauseSource Source) Pause(
        Place place, Member before, Member after, RebalanceStory story, IReadOnlyList<MemberChange> changes, Evidence evidence)
    {
        var taken = evidence.CallbacksOf(after.ClientId, story.StartedAt - Around, story.At + Around).FirstOrDefault(e => e.Kind == "assigned" && Names(e, place));
        if (before.Id == after.Id)
        {
            // Only here: across owners this figure is since the same process had it last, perhaps long ago.
            return taken?.Partitions!.First(p => IsAt(p, place)).PausedMs is { } ms ? (TimeSpan.FromMilliseconds(ms), PauseSource.Consumer) : Unknown;
        }

        if (changes.FirstOrDefault(c => c.IsSilent && c.Member.Name == before.ClientId)?.SilentSince is { } silentSince)
        {
            return ((taken?.At ?? story.At) - silentSince, PauseSource.Silence);
        }

        if (taken is not null
            && evidence.CallbacksOf(before.ClientId, story.StartedAt - Around, taken.At).LastOrDefault(e => e.Kind is "revoked" or "lost" && Names(e, place)) is { } given)
        {
            return (taken.At - given.At, PauseSource.HandOver);
        }

        return BetweenDeliveries(place, before, after, story, evidence);
    }

    private static (TimeSpan? Pause, PauseSource Source) BetweenDeliveries(Place place, Member before, Member after, RebalanceStory story, Evidence evidence)
    {
        var first = evidence.Deliveries(place).FirstOrDefault(e => e.InstanceId == after.ClientId && e.At >= story.StartedAt && IsOf(e, after));
        var last = first is null ? null : evidence.Deliveries(place).LastOrDefault(e => e.InstanceId == before.ClientId && e.At <= first.At && IsOf(e, before));
        return first is not null && last is not null
            ? ((first.ReceivedAt ?? first.At) - (last.FinishedAt ?? last.At), PauseSource.Deliveries)
            : Unknown;
    }

    private static bool IsOf(JournalEntry entry, Member member) => entry.MemberId is null || entry.MemberId == member.Id;

    private static bool Names(JournalEntry callback, Place place) => callback.Partitions?.Any(p => IsAt(p, place)) == true;

    private static bool IsAt(JournalPartition partition, Place place) => partition.Partition == place.Partition && partition.Topic == place.Topic;
}
