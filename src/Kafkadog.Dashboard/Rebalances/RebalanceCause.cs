using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>Why a group shared out its partitions anew; of several reasons the one that cost most.</summary>
public enum RebalanceCause
{
    FirstStart,
    CameBack,
    Joined,
    Restarted,
    Left,
    Emptied,
    Killed,
    Froze,
    Gone,
    PartitionsAdded,
    SharedAnew,
    NothingMoved,
}

/// <summary>The cause, and how people would say it.</summary>
internal static class RebalanceCauses
{
    public static RebalanceCause Of(RebalanceStory story, IReadOnlyList<MemberChange> changes, IReadOnlyList<PartitionMove> moves) => story switch
    {
        { Before: null } => RebalanceCause.FirstStart,
        { Before.IsEmpty: true } => RebalanceCause.CameBack,
        _ when Has(changes, MemberFate.Killed) => RebalanceCause.Killed,
        _ when Has(changes, MemberFate.Froze) => RebalanceCause.Froze,
        { After.IsEmpty: true } => RebalanceCause.Emptied,
        _ when Has(changes, MemberFate.Gone) => RebalanceCause.Gone,
        _ when Has(changes, MemberFate.Left) => RebalanceCause.Left,
        _ when Has(changes, MemberFate.Restarted) => RebalanceCause.Restarted,
        _ when changes.Count > 0 => RebalanceCause.Joined,
        _ when moves.Any(m => m.IsNew) => RebalanceCause.PartitionsAdded,
        _ when moves.Any(m => m.IsMoved) => RebalanceCause.SharedAnew,
        _ => RebalanceCause.NothingMoved,
    };

    /// <summary>One sentence or two.</summary>
    public static string Words(RebalanceCause cause, RebalanceStory story, IReadOnlyList<MemberChange> changes, IReadOnlyList<PartitionMove> moves)
    {
        var arrivals = changes.Where(c => c.IsArrival).ToList();
        return cause switch
        {
            RebalanceCause.FirstStart => $"The group's first {(arrivals.Count == 1 ? "member" : "members")}: {Names(arrivals)}.",
            RebalanceCause.CameBack => $"The group had no member. {string.Join(' ', arrivals.GroupBy(c => c.Fate).Select(g => Sentence(g.Key, [.. g], story)))}",
            RebalanceCause.PartitionsAdded => $"{Added(moves)}.",
            RebalanceCause.SharedAnew when story.After.IsByCoordinator => "The coordinator shared the partitions out anew among the same members.",
            RebalanceCause.SharedAnew => "The same members shared the partitions out anew.",
            RebalanceCause.NothingMoved when story.After.IsByCoordinator => "The coordinator counted a new epoch, and every partition stayed where it was.",
            RebalanceCause.NothingMoved => "The members joined anew, and every partition stayed where it was.",
            _ => string.Join(' ', changes.GroupBy(c => c.Fate).OrderByDescending(g => g.Key).Select(g => Sentence(g.Key, [.. g], story))),
        };
    }

    private static string Sentence(MemberFate fate, List<MemberChange> who, RebalanceStory story) => fate switch
    {
        MemberFate.Killed => $"{Names(who)} {Was(who)} {(who[0].Exit is { } exit && exit.StartsWith("exit", StringComparison.Ordinal) ? $"ended ({exit})" : "killed")} "
            + $"and could not say goodbye: the coordinator noticed by the missing heartbeats, {Silence(who, story)} later.",
        MemberFate.Froze => $"{Names(who)} {Was(who)} frozen: no heartbeat came, and after {Silence(who, story)} the coordinator {(story.After.IsEmpty ? "put it out of the group, which is empty now" : "gave the partitions to others")}.",
        MemberFate.Left => $"{Names(who)} {Was(who)} stopped and left the group{(story.After.IsByCoordinator ? "" : " with LeaveGroup")}, so nobody had to wait for a timeout.",
        MemberFate.Gone => $"{Names(who)} {(who.Count == 1 ? "is" : "are")} no longer in the group; nobody saw how it ended.",
        MemberFate.Restarted => $"{Names(who)} {Was(who)} started again: a new process is a new member.",
        MemberFate.Thawed => $"{Names(who)} went on after the freeze, found that the group had gone on without it, and joined as a new member.",
        _ => $"{Names(who)} joined.",
    };

    private static string Silence(List<MemberChange> who, RebalanceStory story)
    {
        var since = who.Min(c => c.SilentSince ?? story.StartedAt);
        // The silence of one that joined in this very rebalance ended it, and did not begin it.
        return Durations.Short((since < story.StartedAt ? story.StartedAt : story.At) - since);
    }

    private static string Was(List<MemberChange> who) => who.Count == 1 ? "was" : "were";

    private static string Added(IReadOnlyList<PartitionMove> moves) => string.Join(" and ", moves
        .Where(m => m.IsNew)
        .GroupBy(m => m.Place.Topic, StringComparer.Ordinal)
        .Select(t => FormattableString.Invariant($"{t.Key} has {t.Count()} more {(t.Count() == 1 ? "partition" : "partitions")}")));

    private static string Names(IEnumerable<MemberChange> changes)
    {
        var names = changes.Select(c => c.Member.Name).Distinct(StringComparer.Ordinal).ToList();
        return names.Count <= 1 ? string.Concat(names) : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }

    private static bool Has(IReadOnlyList<MemberChange> changes, MemberFate fate) => changes.Any(c => c.Fate == fate);
}
