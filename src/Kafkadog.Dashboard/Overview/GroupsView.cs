using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>Every consumer group: who is in it, how far behind it is.</summary>
public sealed record GroupsView(Equatable<GroupRow> Groups, int QuietRetryGroups)
{
    private const int Buckets = 30;

    private static readonly TimeSpan Bucket = TimeSpan.FromSeconds(10);

    public static GroupsView Of(Observed observed, Moment moment)
    {
        var all = observed.Commits.Groups.Union(observed.Groups.Groups, StringComparer.Ordinal)
            .Select(group => Row(observed, moment, group))
            .OrderBy(r => Place(r.Name)).ThenBy(r => r.Name, StringComparer.Ordinal)
            .ToList();
        // Nothing is to be seen of the groups for retries until something failed.
        var quiet = all.RemoveAll(r => r.Name.EndsWith(JournalEntry.RetryGroup, StringComparison.Ordinal) && r is { Mood: GroupMood.Stable or GroupMood.Rebalancing, Lag: null or 0 });
        return new(all.ToEquatable(), quiet);
    }

    /// <summary>The shop's own groups first, in the order of an order's way.</summary>
    private static int Place(string group) => ShopMap.Groups.TakeWhile(g => g.Name != group).Count();

    private static GroupRow Row(Observed observed, Moment moment, string group)
    {
        var membership = observed.Groups.Current(group, moment.At);
        var places = observed.Commits.Places(group).ToList();
        var lag = places.Sum(p => observed.Lag(group, p, moment.At) ?? 0);
        var retries = observed.TapesOf(Contracts.Topics.Retry).SelectMany(t => t.Records)
            .Count(r => r.Failure?.Target == group && r.At <= moment.Time && r.Failure.DueAt > moment.Time);
        return new(
            group,
            ShopMap.GroupOf(group).Title,
            membership?.Members.Select(m => new GroupMemberBadge(m.Letter, MemberLetter.Colour(m.ClientId), m.ClientId, m.Partitions.Count == 0)).ToEquatable(),
            membership is null ? GroupMood.Unknown
                : observed.Phases.Moving(group, moment.At) is not null ? GroupMood.Rebalancing
                : membership.IsEmpty ? GroupMood.Empty
                : retries > 0 ? GroupMood.Retrying : GroupMood.Stable,
            places.Count > 0 ? lag : null,
            observed.Lags.Series(group, moment.Time, Bucket, Buckets).ToEquatable());
    }
}

/// <param name="Members">Null when they are not known.</param>
/// <param name="Lag">Null when the group never committed.</param>
public sealed record GroupRow(string Name, string Title, Equatable<GroupMemberBadge>? Members, GroupMood Mood, long? Lag, Equatable<double> Trend);

public readonly record struct GroupMemberBadge(string Letter, int Colour, string Instance, bool IsIdle);

public enum GroupMood
{
    Unknown,
    Stable,
    Retrying,
    Rebalancing,
    Empty,
}
