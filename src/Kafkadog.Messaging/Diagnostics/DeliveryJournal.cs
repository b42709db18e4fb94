using System.Text.Json.Serialization;

namespace Kafkadog.Messaging.Diagnostics;

/// <summary>How one delivery ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeliveryResult>))]
public enum DeliveryResult
{
    Ok,
    Duplicate,
    Ignored,

    /// <summary>A delayed attempt is scheduled.</summary>
    Retry,

    /// <summary>Waits behind an earlier event of its key.</summary>
    Parked,
    DeadLetter,
}

/// <summary>One line of the journal: a delivery, or a change of the assignment.</summary>
/// <param name="Kind"><c>delivery</c>, <c>assigned</c>, <c>revoked</c> or <c>lost</c>.</param>
/// <param name="Generation">Counts this consumer's assignments since the process started.</param>
/// <param name="QueueMs">From poll to the start of handling, in milliseconds.</param>
/// <param name="WorkMs">From the start of handling to the durable commit, in milliseconds.</param>
public sealed record JournalEntry(
    DateTimeOffset At,
    string Kind,
    string Group,
    string Topic,
    int Partition,
    int Generation,
    long? Offset = null,
    string? Key = null,
    string? EventType = null,
    Guid? EventId = null,
    int? Attempt = null,
    DeliveryResult? Result = null,
    string? Error = null,
    double? QueueMs = null,
    double? WorkMs = null);

/// <summary>The last deliveries and rebalances of this process, bounded, for people who watch.</summary>
public sealed class DeliveryJournal(int capacity)
{
    private readonly Lock gate = new();
    private readonly JournalEntry[] ring = new JournalEntry[capacity];
    private long written;

    /// <summary>Raised after each entry, on the thread that wrote it; handlers must be quick.</summary>
    public event Action<JournalEntry>? Added;

    /// <summary>Entries written since the start, those that fell out of the bound included.</summary>
    public long Written => Interlocked.Read(ref written);

    public void Add(JournalEntry entry)
    {
        lock (gate)
        {
            ring[written++ % ring.Length] = entry;
        }

        Added?.Invoke(entry);
    }

    /// <summary>The newest entries first.</summary>
    public IReadOnlyList<JournalEntry> Newest(int limit)
    {
        lock (gate)
        {
            var count = (int)Math.Min(Math.Min(limit, ring.Length), written);
            var newest = new JournalEntry[count];
            for (var i = 0; i < count; i++)
            {
                newest[i] = ring[(written - 1 - i) % ring.Length];
            }

            return newest;
        }
    }
}
