namespace Kafkadog.Dashboard.Observing;

/// <summary>What each group committed for each partition, and when.</summary>
public sealed class CommitHistory
{
    private readonly Dictionary<(string Group, Place Place), List<Commit>> commits = [];

    public IEnumerable<string> Groups => commits.Keys.Select(k => k.Group).Distinct(StringComparer.Ordinal);

    public IEnumerable<Place> Places(string group) => commits.Keys.Where(k => k.Group == group).Select(k => k.Place);

    /// <param name="offset">The next offset the group will read; null when the commit was deleted.</param>
    public void Add(string group, Place place, long? offset, DateTimeOffset at)
    {
        if (!commits.TryGetValue((group, place), out var history))
        {
            commits[(group, place)] = history = [];
        }

        // Commits of one partition come in their order; one read twice after a reconnect changes nothing.
        if (history is not [.., { At: var last }] || at > last || (at == last && history[^1].Offset != offset))
        {
            history.Add(new(at, offset));
        }
    }

    /// <summary>A commit from before the remembered time; used only where nothing newer is known.</summary>
    public void Seed(string group, Place place, long offset)
    {
        if (!commits.ContainsKey((group, place)))
        {
            commits[(group, place)] = [new(DateTimeOffset.MinValue, offset)];
        }
    }

    /// <summary>The committed offset now, or as it was; null without one.</summary>
    public long? Committed(string group, Place place, DateTimeOffset? at = null)
    {
        if (!commits.TryGetValue((group, place), out var history))
        {
            return null;
        }

        var index = at is { } moment ? history.FindLastIndex(c => c.At <= moment) : history.Count - 1;
        return index < 0 ? null : history[index].Offset;
    }

    /// <summary>Forgets what is older, but for the last commit before it, which still holds.</summary>
    public void Forget(DateTimeOffset before)
    {
        foreach (var history in commits.Values)
        {
            var keep = history.FindLastIndex(c => c.At <= before);
            if (keep > 0)
            {
                history.RemoveRange(0, keep);
            }
        }
    }

    public void Clear() => commits.Clear();

    private readonly record struct Commit(DateTimeOffset At, long? Offset);
}
