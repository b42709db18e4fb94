namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// When each group was between two generations. Its records tell only what came of a rebalance, so this is what the coordinator
/// answers while it goes on.
/// </summary>
public sealed class GroupPhases
{
    private const int MostPerGroup = 500;

    private readonly Dictionary<string, List<PhaseChange>> groups = new(StringComparer.Ordinal);

    /// <summary>Groups of which something is remembered.</summary>
    public int Count => groups.Count;

    /// <summary>Whether any group is between two generations now.</summary>
    public bool IsAnyMoving => groups.Values.Any(h => h[^1].Phase != GroupPhase.Settled);

    /// <param name="moving">Every group that is between two generations; all others are settled.</param>
    public void Set(IReadOnlyDictionary<string, GroupPhase> moving, DateTimeOffset at)
    {
        foreach (var (group, phase) in moving)
        {
            Add(group, phase, at);
        }

        foreach (var group in groups.Keys.Where(g => !moving.ContainsKey(g)))
        {
            Add(group, GroupPhase.Settled, at);
        }
    }

    /// <summary>Since when the group is between two generations, now or as it was; null when it is not.</summary>
    public MovingGroup? Moving(string group, DateTimeOffset? at = null)
    {
        if (!groups.TryGetValue(group, out var history))
        {
            return null;
        }

        var last = at is { } moment ? history.FindLastIndex(c => c.At <= moment) : history.Count - 1;
        if (last < 0 || history[last].Phase == GroupPhase.Settled)
        {
            return null;
        }

        // Both phases are of the same rebalance.
        var before = history.FindLastIndex(last, c => c.Phase == GroupPhase.Settled);
        return new(history[last].Phase, history[before + 1].At);
    }

    public void Forget(DateTimeOffset before)
    {
        foreach (var (group, history) in groups)
        {
            var keep = history.FindLastIndex(c => c.At <= before);
            if (keep > 0)
            {
                history.RemoveRange(0, keep);
            }

            // As if it had never moved: names of groups come and go.
            if (keep >= 0 && history is [{ Phase: GroupPhase.Settled }])
            {
                groups.Remove(group);
            }
        }
    }

    public void Clear() => groups.Clear();

    private void Add(string group, GroupPhase phase, DateTimeOffset at)
    {
        if (!groups.TryGetValue(group, out var history))
        {
            groups[group] = history = [];
        }

        if (history is [.., var last] && last.Phase == phase)
        {
            return;
        }

        history.Add(new(at, phase));
        if (history.Count > MostPerGroup)
        {
            history.RemoveAt(0);
        }
    }

    private readonly record struct PhaseChange(DateTimeOffset At, GroupPhase Phase);
}

public enum GroupPhase
{
    Settled,

    /// <summary>PreparingRebalance: the coordinator waits until every member has joined again.</summary>
    Joining,

    /// <summary>CompletingRebalance: it waits until the leader has shared the partitions out.</summary>
    Sharing,
}

/// <param name="Since">When it was first seen so.</param>
public readonly record struct MovingGroup(GroupPhase Phase, DateTimeOffset Since);
