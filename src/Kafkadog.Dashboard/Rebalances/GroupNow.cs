using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>The assignment of a group at the moment shown.</summary>
/// <param name="Since">When the group settled on it; null when that is older than what is remembered.</param>
/// <param name="IsSettled">False while partitions wait for their next owner.</param>
/// <param name="UnderWay">What the coordinator waits for, while it is between two generations.</param>
public sealed record GroupNow(
    string Name, string Title, int? Generation, DateTimeOffset? Since, bool IsSettled, Equatable<MemberNow> Members, Equatable<OwnedTopic> Topics, RebalanceUnderWay? UnderWay)
{
    internal static GroupNow Of(string group, IReadOnlyList<Membership> history, RebalanceUnderWay? underWay)
    {
        var current = history[^1];
        var owned = current.Members.SelectMany(m => m.Partitions.Select(p => new OwnedPartition(p, Owner.Of(m))));

        // In the first step of a cooperative rebalance some partitions have no owner; they belong to the picture nevertheless.
        var last = RebalanceStory.Of(group, history) is [.., var story] && story.After == current ? story : null;
        var isSettled = last?.IsSettled ?? true;
        var waiting = isSettled ? [] : last!.Known.Where(p => current.OwnerOf(p) is null).Select(p => new OwnedPartition(p, null));
        return new(
            group,
            ShopMap.GroupOf(group).Title,
            current.Generation,
            current.At == DateTimeOffset.MinValue ? null : current.At,
            isSettled,
            current.Members.Select(m => new MemberNow(Owner.Of(m), m.Partitions.Count)).ToEquatable(),
            owned.Concat(waiting).GroupBy(p => p.Place.Topic, StringComparer.Ordinal).OrderBy(t => t.Key, StringComparer.Ordinal)
                .Select(t => new OwnedTopic(t.Key, t.OrderBy(p => p.Place.Partition).ToEquatable())).ToEquatable(),
            underWay);
    }
}

public sealed record MemberNow(Owner Member, int Partitions);

public sealed record OwnedTopic(string Name, Equatable<OwnedPartition> Partitions);

public sealed record OwnedPartition(Place Place, Owner? Owner);
