using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>
/// One rebalance as people tell it: from the assignment before to the one after. The cooperative protocol needs two generations
/// for it, one in which partitions are given up and one in which they are handed out; both are steps of the same story.
/// </summary>
/// <param name="Before">Null when this is the group's first generation.</param>
/// <param name="Steps">At least one, oldest first.</param>
internal sealed record RebalanceStory(string Group, Membership? Before, IReadOnlyList<Membership> Steps)
{
    /// <summary>A partition without an owner for longer is a fact of its own, such as a deleted topic, and not a step between two.</summary>
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(30);

    public Membership After => Steps[^1];

    public DateTimeOffset StartedAt => Steps[0].At;

    public DateTimeOffset At => After.At;

    /// <summary>False while partitions that had an owner have none: another generation will follow.</summary>
    public bool IsSettled => After.IsEmpty || Known.IsSubsetOf(Owned(After));

    /// <summary>By its first generation: the later ones are not known while it goes on.</summary>
    public string Id => FormattableString.Invariant($"{Group}.{Steps[0].Generation}");

    /// <summary>Every partition that had an owner at some time of the story, in their order.</summary>
    public SortedSet<Place> Known => [.. Before is null ? [] : Owned(Before), .. Steps.SelectMany(Owned)];

    /// <summary>The rebalances in a group's memberships, oldest first.</summary>
    /// <param name="history">Oldest first. What came before it is not known, so the first one is only where the next began, unless it is generation 1.</param>
    public static IReadOnlyList<RebalanceStory> Of(string group, IReadOnlyList<Membership> history)
    {
        List<RebalanceStory> stories = [];
        Membership? before = null;
        foreach (var membership in history)
        {
            // A group that was only described, and then read: the same assignment, seen twice.
            before = before is { Generation: null } && Owners(before).SetEquals(Owners(membership)) ? null : before;
            if (stories is [.., var open] && before == open.After && !open.IsSettled && membership.At - open.At <= LongestStep)
            {
                stories[^1] = open with { Steps = [.. open.Steps, membership] };
            }
            else if (before is not null || membership.Generation == 1)
            {
                stories.Add(new(group, before, [membership]));
            }

            before = membership;
        }

        return stories;
    }

    private static HashSet<(string Member, Place Place)> Owners(Membership membership) => [.. membership.Members.SelectMany(m => m.Partitions.Select(p => (m.Id, p)))];

    private static IEnumerable<Place> Owned(Membership membership) => membership.Members.SelectMany(m => m.Partitions);
}
