namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// Which offset of one partition may be stored: the one after the last record of the completed prefix. Contiguity is over
/// records received, not over numbers: transaction markers and compaction leave gaps. Owned by the poll thread.
/// </summary>
internal sealed class OffsetTracker
{
    private (long Offset, int LeaderEpoch, bool Done)[] ring = new (long, int, bool)[64];
    private long head;
    private long tail;
    private long lastReceived = -1;

    /// <summary>Records received and not yet part of the stored prefix.</summary>
    public int Open => (int)(tail - head);

    /// <summary>Adds a received record and returns its slot.</summary>
    /// <exception cref="InvalidOperationException">The offset is not above the last one received.</exception>
    public long Received(long offset, int leaderEpoch)
    {
        if (offset <= lastReceived)
            throw new InvalidOperationException($"Offset {offset} was received after {lastReceived}.");

        lastReceived = offset;
        if (Open == ring.Length)
        {
            var larger = new (long, int, bool)[ring.Length * 2];
            for (var slot = head; slot < tail; slot++)
            {
                larger[slot % larger.Length] = ring[slot % ring.Length];
            }

            ring = larger;
        }

        ring[tail % ring.Length] = (offset, leaderEpoch, false);
        return tail++;
    }

    public void Completed(long slot)
    {
        if (slot < head || slot >= tail)
            throw new ArgumentOutOfRangeException(nameof(slot), slot, "Not an open slot.");

        ring[slot % ring.Length].Done = true;
    }

    /// <summary>Moves over the completed prefix. False when it has not grown.</summary>
    /// <param name="next">The offset to store: one above the last record of the prefix.</param>
    public bool TryAdvance(out long next, out int leaderEpoch)
    {
        next = -1;
        leaderEpoch = -1;
        var advanced = false;
        while (head < tail && ring[head % ring.Length].Done)
        {
            (var offset, leaderEpoch, _) = ring[head % ring.Length];
            next = offset + 1;
            head++;
            advanced = true;
        }

        return advanced;
    }
}
