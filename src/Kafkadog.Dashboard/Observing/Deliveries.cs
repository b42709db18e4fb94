namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// What the services say they did: the one source for facts that the broker cannot know, such as attempts, duplicates and
/// working time. Bounded; the oldest entries go first.
/// </summary>
public sealed class Deliveries(int most)
{
    private readonly Queue<JournalEntry> all = [];
    private readonly Dictionary<string, List<JournalEntry>> byKey = new(StringComparer.Ordinal);
    private readonly List<JournalEntry> rebalances = [];

    private const int MostRebalances = 2_000;

    /// <summary>Oldest first, as read; several instances interleave.</summary>
    public IReadOnlyCollection<JournalEntry> All => all;

    /// <summary>Assigned, revoked and lost, oldest first.</summary>
    public IReadOnlyList<JournalEntry> Rebalances => rebalances;

    /// <summary>Deliveries that found their event already done.</summary>
    public long Duplicates { get; private set; }

    public long Handled { get; private set; }

    public void Add(JournalEntry entry)
    {
        if (entry.IsRebalance)
        {
            rebalances.Add(entry);
            if (rebalances.Count > MostRebalances)
            {
                rebalances.RemoveAt(0);
            }

            return;
        }

        if (entry.Topic is null || entry.Partition is null || entry.Offset is null)
        {
            return;
        }

        if (entry.IsDelivery)
        {
            Handled++;
            Duplicates += entry.Duplicate ? 1 : 0;
        }

        all.Enqueue(entry);
        if (entry.Key is { } key)
        {
            if (!byKey.TryGetValue(key, out var entries))
            {
                byKey[key] = entries = [];
            }

            entries.Add(entry);
        }

        if (all.Count > most)
        {
            Drop(all.Dequeue());
        }
    }

    /// <summary>Deliveries and sends of records with this key, in the order they were read.</summary>
    public IReadOnlyList<JournalEntry> OfKey(string key) => byKey.TryGetValue(key, out var entries) ? entries : [];

    private void Drop(JournalEntry oldest)
    {
        if (oldest.Key is { } key && byKey.TryGetValue(key, out var entries))
        {
            entries.Remove(oldest);
            if (entries.Count == 0)
            {
                byKey.Remove(key);
            }
        }
    }
}
