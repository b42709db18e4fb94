using System.Globalization;
using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Observing;

/// <summary>The memberships of every consumer group, oldest first: each is the result of one rebalance.</summary>
public sealed class GroupHistory
{
    private const int MostPerGroup = 500;

    private readonly Dictionary<string, List<Membership>> groups = new(StringComparer.Ordinal);

    public IEnumerable<string> Groups => groups.Keys;

    public void Add(string group, Membership membership)
    {
        var history = Of(group);
        if (history is [.., var last] && (membership.At < last.At || membership.IsSameAs(last)))
        {
            return;
        }

        history.Add(membership);
        if (history.Count > MostPerGroup)
        {
            history.RemoveAt(0);
        }
    }

    /// <summary>As described by the broker now; used only where its history does not tell.</summary>
    public void Seed(string group, Membership membership)
    {
        if (Of(group) is { Count: 0 } history)
        {
            history.Add(membership);
        }
    }

    public IReadOnlyList<Membership> History(string group) => groups.TryGetValue(group, out var history) ? history : [];

    public Membership? Current(string group, DateTimeOffset? at = null)
    {
        var history = History(group);
        return at is { } moment ? history.LastOrDefault(m => m.At <= moment) : history is [.., var last] ? last : null;
    }

    /// <summary>The group's generation in which a member worked at a time; null when the history does not tell.</summary>
    /// <param name="memberId">As the coordinator named it; where it is not known the instance has to do.</param>
    public int? GenerationOf(string group, string? memberId, string instance, DateTimeOffset at)
    {
        var its = History(group).Where(m => m.Members.Any(member => memberId is null ? member.ClientId == instance : member.Id == memberId)).ToList();
        return (its.FindLast(m => m.At <= at) ?? its.FirstOrDefault())?.Generation;
    }

    public void Remove(string group) => groups.Remove(group);

    public void Forget(DateTimeOffset before)
    {
        foreach (var history in groups.Values)
        {
            var keep = history.FindLastIndex(m => m.At <= before);
            if (keep > 0)
            {
                history.RemoveRange(0, keep);
            }
        }
    }

    public void Clear() => groups.Clear();

    private List<Membership> Of(string group)
    {
        if (!groups.TryGetValue(group, out var history))
        {
            groups[group] = history = [];
        }

        return history;
    }
}

/// <summary>Who is in a group and what each member owns.</summary>
/// <param name="At">When the group settled on it; the beginning of time when it is older than what is remembered.</param>
/// <param name="Generation">Counted by the coordinator, and called epoch in consumer groups; null when only described, which does not tell it.</param>
public sealed record Membership(DateTimeOffset At, int? Generation, string? Protocol, IReadOnlyList<Member> Members)
{
    /// <summary>In place of the assignor's name: the coordinator itself assigns, member by member.</summary>
    public const string ConsumerProtocol = "consumer";

    /// <summary>KIP-848: nobody stops but for the partitions that move.</summary>
    public bool IsByCoordinator => Protocol == ConsumerProtocol;

    public bool IsEmpty => Members.Count == 0;

    public Member? OwnerOf(Place place) => Members.FirstOrDefault(m => m.Partitions.Contains(place));

    public bool IsSameAs(Membership other) =>
        Generation == other.Generation
        && Members.Count == other.Members.Count
        && Members.Zip(other.Members).All(p => p.First.Id == p.Second.Id && p.First.Partitions.SequenceEqual(p.Second.Partitions));
}

/// <param name="ClientId">In this shop the instance's name, such as <c>payment-service-2</c>.</param>
public sealed record Member(string Id, string ClientId, string Host, IReadOnlyList<Place> Partitions)
{
    /// <summary>Anybody may join with any text, so what would lie about itself is made visible.</summary>
    public string ClientId { get; } = Visible.Line(ClientId);

    /// <summary>A, B, C … by the instance's number.</summary>
    public string Letter => MemberLetter.Of(ClientId);
}

public static class MemberLetter
{
    /// <summary><c>payment-service-2</c> is B; a name without a number is A.</summary>
    public static string Of(string instance)
    {
        var dash = instance.LastIndexOf('-');
        return int.TryParse(instance.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 26
            ? ((char)('A' + number - 1)).ToString()
            : dash > 0 && number > 26 ? number.ToString(CultureInfo.InvariantCulture) : "A";
    }

    /// <summary>Categorical colour 0 to 7 of an instance, by its number.</summary>
    public static int Colour(string instance)
    {
        var dash = instance.LastIndexOf('-');
        return int.TryParse(instance.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? (number - 1) % KeyColour.Count
            : 0;
    }
}
