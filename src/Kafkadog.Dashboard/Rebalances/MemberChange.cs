using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>How a member came or went.</summary>
public enum MemberFate
{
    Joined,

    /// <summary>Joined as a new member after it had been frozen for too long.</summary>
    Thawed,

    /// <summary>A new process of an instance that was a member before: a new member to the group.</summary>
    Restarted,

    /// <summary>It said so (LeaveGroup), and the rest went on at once.</summary>
    Left,

    /// <summary>Its process ended without a word: the session timeout had to pass.</summary>
    Killed,

    /// <summary>Its process stands still: the session timeout had to pass.</summary>
    Froze,

    /// <summary>It is no longer a member, and nobody saw why.</summary>
    Gone,
}

/// <param name="SilentSince">When its process ended or stood still; null for who came, or left by itself.</param>
/// <param name="Exit">How the process ended, such as <c>signal 9</c>.</param>
public sealed record MemberChange(Owner Member, MemberFate Fate, DateTimeOffset? SilentSince = null, string? Exit = null)
{
    public bool IsArrival => Fate is MemberFate.Joined or MemberFate.Thawed or MemberFate.Restarted;

    public bool IsSilent => Fate is MemberFate.Killed or MemberFate.Froze;
}

/// <summary>A member as pages show it.</summary>
public sealed record Owner(string Name, string Letter, int Colour)
{
    internal static Owner Of(Member member) => new(member.ClientId, member.Letter, MemberLetter.Colour(member.ClientId));
}

/// <summary>Who came and who went in a rebalance, and why as far as the instances and their journals tell.</summary>
internal static class MemberChanges
{
    /// <summary>A dead member is noticed by its session timeout, and that can be set this long.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(90);

    /// <summary>States are asked for, so a change may be seen a little after what it caused.</summary>
    private static readonly TimeSpan SeenLate = TimeSpan.FromSeconds(10);

    /// <summary>A member that leaves gives up its partitions just before.</summary>
    private static readonly TimeSpan LeavingTime = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<MemberChange> Of(RebalanceStory story, IReadOnlyList<Membership> history, Evidence evidence)
    {
        var before = story.Before?.Members ?? [];
        var after = story.After.Members;
        var left = before.Where(b => after.All(a => a.Id != b.Id)).ToList();
        var joined = after.Where(a => before.All(b => b.Id != a.Id)).ToList();
        // Came while the rebalance went on and was gone before its end, such as one that was killed right after it had joined.
        var passing = story.Steps.SelectMany(s => s.Members).DistinctBy(m => m.Id)
            .Where(m => before.Concat(after).All(o => o.ClientId != m.ClientId));
        return
        [
            .. left.Where(l => joined.All(j => j.ClientId != l.ClientId)).Select(m => Departure(m, story, history, evidence)),
            .. passing.Select(m => Departure(m, story, history, evidence)),
            .. joined.Select(m => Arrival(m, before, story, evidence)),
        ];
    }

    private static MemberChange Departure(Member member, RebalanceStory story, IReadOnlyList<Membership> history, Evidence evidence)
    {
        // What happened to an instance before it became this member belongs to an earlier story.
        var joinedAt = history.FirstOrDefault(m => m.Members.Any(o => o.Id == member.Id))?.At ?? DateTimeOffset.MinValue;
        var from = Later(joinedAt, story.StartedAt - LongestSilence);
        var owner = Owner.Of(member);
        var change = evidence.ChangesOf(member.ClientId, from, story.At + SeenLate).LastOrDefault(c => c.Instance.State is
            ShopInstanceState.Killed or ShopInstanceState.Restarting or ShopInstanceState.Frozen or ShopInstanceState.Stopping or ShopInstanceState.Stopped);
        return change.Instance switch
        {
            { State: ShopInstanceState.Killed or ShopInstanceState.Restarting } instance =>
                new(owner, MemberFate.Killed, instance.LastExit is { } exit && exit.At >= from && exit.At <= change.At ? exit.At : change.At, instance.LastExit?.Reason),
            { State: ShopInstanceState.Frozen, Since: var since } => new(owner, MemberFate.Froze, since >= from && since <= change.At ? since : change.At),
            { } => new(owner, MemberFate.Left),
            null => new(owner, evidence.CallbacksOf(member.ClientId, story.StartedAt - LeavingTime, story.At).Any(e => e.Kind == "revoked") ? MemberFate.Left : MemberFate.Gone),
        };
    }

    private static MemberChange Arrival(Member member, IReadOnlyList<Member> before, RebalanceStory story, Evidence evidence)
    {
        var changes = evidence.ChangesOf(member.ClientId, story.StartedAt - LongestSilence, story.At + SeenLate).ToList();
        var frozen = changes.FindLastIndex(c => c.Instance.State == ShopInstanceState.Frozen);
        var goesOn = frozen >= 0 && frozen + 1 < changes.Count && changes[frozen + 1].Instance is { State: ShopInstanceState.Ready } next
            && next.ProcessId == changes[frozen].Instance.ProcessId;
        return new(
            Owner.Of(member),
            goesOn && changes[frozen + 1].At >= story.StartedAt - SeenLate ? MemberFate.Thawed
            : before.Any(b => b.ClientId == member.ClientId) ? MemberFate.Restarted
            : MemberFate.Joined);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
