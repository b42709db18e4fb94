using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>Who owns what in every group, and how it came to that.</summary>
/// <param name="Rebalances">Newest first, at most <see cref="Most"/>.</param>
/// <param name="Total">Remembered of the groups shown.</param>
public sealed record RebalanceView(Equatable<GroupNow> Groups, Equatable<Rebalance> Rebalances, int Total)
{
    public const int Most = 50;

    /// <summary>Why there may be nothing to show.</summary>
    public KafkaStatus Kafka { get; init; } = new(KafkaState.Connecting, DateTimeOffset.MinValue);

    /// <param name="group">Only this one's; null for all.</param>
    public static RebalanceView Of(Observed observed, Moment moment, string? group = null)
    {
        var histories = observed.Groups.Groups
            .Select(g => (Name: g, History: Until(observed.Groups.History(g), moment)))
            .Where(g => g.History.Count > 0)
            .OrderBy(g => Order(g.Name)).ThenBy(g => g.Name, StringComparer.Ordinal)
            .ToList();
        var shown = histories.Where(g => group is null || g.Name == group).ToList();
        var stories = shown.SelectMany(g => RebalanceStory.Of(g.Name, g.History).Select(s => (Story: s, g.History))).OrderByDescending(s => s.Story.At).ToList();
        return new(
            histories.Select(g => GroupNow.Of(g.Name, g.History, RebalanceUnderWay.Of(observed, moment, g.Name))).ToEquatable(),
            Told(stories, observed, moment).ToEquatable(),
            stories.Count);
    }

    private static IEnumerable<Rebalance> Told(List<(RebalanceStory Story, IReadOnlyList<Membership> History)> newestFirst, Observed observed, Moment moment)
    {
        Dictionary<string, Evidence> evidence = new(StringComparer.Ordinal);
        Dictionary<(string Group, Place Place), DateTimeOffset> nextMoves = [];
        foreach (var (story, history) in newestFirst.Take(Most))
        {
            if (!evidence.TryGetValue(story.Group, out var own))
            {
                evidence[story.Group] = own = new(observed, moment, story.Group);
            }

            var rebalance = Rebalance.Of(story, history, own, place => nextMoves.GetValueOrDefault((story.Group, place), DateTimeOffset.MaxValue));
            foreach (var move in rebalance.Partitions.Where(p => p.IsMoved))
            {
                nextMoves[(story.Group, move.Place)] = story.StartedAt;
            }

            yield return rebalance;
        }
    }

    private static IReadOnlyList<Membership> Until(IReadOnlyList<Membership> history, Moment moment) =>
        moment.IsNow ? history : [.. history.TakeWhile(m => m.At <= moment.Time)];

    /// <summary>The shop's groups in the order of its map, then everybody else's.</summary>
    private static int Order(string group) =>
        ShopMap.Groups.Index().Where(g => g.Item.Name == group).Select(g => g.Index).DefaultIfEmpty(ShopMap.GroupOf(group).Role is null ? 200 : 100).First();
}

/// <summary>One rebalance.</summary>
/// <param name="At">When the group settled, or its last step so far.</param>
/// <param name="Steps">One generation, or the two and more of a cooperative rebalance.</param>
public sealed record Rebalance(
    string Id,
    string Group,
    string Title,
    DateTimeOffset StartedAt,
    DateTimeOffset At,
    bool IsSettled,
    Equatable<RebalanceStep> Steps,
    RebalanceCause Cause,
    string Words,
    Equatable<MemberChange> Changes,
    Equatable<PartitionMove> Partitions,
    Equatable<Redelivery> Redelivered)
{
    public int Moved => Partitions.Count(p => p.IsMoved);

    /// <summary>The group has <c>group.protocol=consumer</c>.</summary>
    public bool IsByCoordinator { get; init; }

    public TimeSpan? LongestPause => Partitions.Max(p => p.Pause);

    internal static Rebalance Of(RebalanceStory story, IReadOnlyList<Membership> history, Evidence evidence, Func<Place, DateTimeOffset> nextMove)
    {
        var changes = MemberChanges.Of(story, history, evidence);
        var moves = PartitionMoves.Of(story, changes, evidence);
        var cause = RebalanceCauses.Of(story, changes, moves);
        return new(
            story.Id,
            story.Group,
            ShopMap.GroupOf(story.Group).Title,
            story.StartedAt,
            story.At,
            story.IsSettled,
            story.Steps.Select(s => new RebalanceStep(s.Generation, s.At)).ToEquatable(),
            cause,
            RebalanceCauses.Words(cause, story, changes, moves),
            changes.ToEquatable(),
            moves.ToEquatable(),
            moves.Where(m => m.IsMoved).SelectMany(m => Redeliveries.Of(story, m, nextMove(m.Place), evidence)).ToEquatable())
        {
            IsByCoordinator = story.After.IsByCoordinator,
        };
    }
}

public sealed record RebalanceStep(int? Generation, DateTimeOffset At);
