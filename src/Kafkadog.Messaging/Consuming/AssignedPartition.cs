using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;

namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// One partition during one assignment. A partition that is revoked and comes back is a new object, so that late
/// completions of the old assignment cannot touch the new one. Owned by the poll thread, except where noted.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Late deliveries still look at the source; without a timer it holds nothing.")]
internal sealed class AssignedPartition(TopicPartition topicPartition, int generation)
{
    private readonly CancellationTokenSource lost = new();
    private volatile bool dropped;
    private int blocked;

    public TopicPartition TopicPartition { get; } = topicPartition;

    public int Generation { get; } = generation;

    public string? MemberId { get; init; }

    public OffsetTracker Offsets { get; } = new();

    /// <summary>The offset last stored, if any.</summary>
    public long? Stored { get; set; }

    public bool Paused { get; set; }

    public long PausedAt { get; set; }

    /// <summary>Received and not completed; a paused or full partition waits for this to fall.</summary>
    public int InFlight { get; set; }

    /// <summary>Records to handle one at a time, because the process crashed while some like them were in flight.</summary>
    public int Suspicious { get; set; }

    /// <summary>Records that wait for their failure to be recorded; any thread.</summary>
    public int Blocked => Volatile.Read(ref blocked);

    /// <summary>What has not started is not to start any more; any thread.</summary>
    public bool Dropped => dropped;

    /// <summary>Cancelled when another member has the partition already; any thread.</summary>
    public CancellationToken Lost => lost.Token;

    public void Drop() => dropped = true;

    public void Lose()
    {
        dropped = true;
        lost.Cancel();
    }

    public void AddBlocked(int change) => Interlocked.Add(ref blocked, change);
}
