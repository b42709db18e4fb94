namespace Kafkadog.Messaging.Diagnostics;

/// <summary>
/// The last deliveries, sent records and rebalances of this process, bounded, for people who watch. The ring is also the
/// buffer of everybody who follows it: whoever falls behind by more than the ring sees a gap. Shared under its lock.
/// </summary>
public sealed class DeliveryJournal(int capacity, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly JournalEntry[] ring = new JournalEntry[capacity];
    private long written;
    private TaskCompletionSource? awaited;

    /// <summary>Raised after each entry, on the thread that wrote it; handlers must be quick.</summary>
    public event Action<JournalEntry>? Added;

    /// <summary>Tells the sequences of one process from those of the next.</summary>
    public Guid Start { get; } = Guid.NewGuid();

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    /// <summary>The last sequence; entries that fell out of the bound are counted.</summary>
    public long Latest => Interlocked.Read(ref written);

    /// <summary>The first sequence that is still there; 0 while there is none.</summary>
    public long Oldest => Math.Min(Latest, Math.Max(1, Latest - ring.Length + 1));

    public void Add(JournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        TaskCompletionSource? waiting;
        lock (gate)
        {
            ring[written % ring.Length] = entry;
            entry.Sequence = ++written;
            waiting = awaited;
            awaited = null;
        }

        waiting?.SetResult();
        Added?.Invoke(entry);
    }

    /// <summary>The newest entries first.</summary>
    public IReadOnlyList<JournalEntry> Newest(int limit)
    {
        lock (gate)
        {
            var newest = new JournalEntry[(int)Math.Min(Math.Min(limit, ring.Length), written)];
            for (var i = 0; i < newest.Length; i++)
            {
                newest[i] = ring[(written - 1 - i) % ring.Length];
            }

            return newest;
        }
    }

    /// <summary>The entries that follow a sequence, oldest first; a gap when the ring has passed over some.</summary>
    public IReadOnlyList<JournalEntry> After(long sequence, int limit)
    {
        lock (gate)
        {
            var from = Math.Max(Math.Max(0, sequence), written - ring.Length);
            var following = new JournalEntry[(int)Math.Max(0, Math.Min(limit, written - from))];
            for (var i = 0; i < following.Length; i++)
            {
                following[i] = ring[(from + i) % ring.Length];
            }

            return following;
        }
    }

    /// <summary>Done when there is an entry after this sequence.</summary>
    public Task WaitAfterAsync(long sequence, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (written > sequence)
                return Task.CompletedTask;

            awaited ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return awaited.Task.WaitAsync(cancellationToken);
        }
    }
}
