using System.Buffers.Binary;

namespace Kafkadog.Broker.Storage;

/// <summary>Finds batches of a segment by timestamp: each entry holds the largest timestamp so far and the batch that has it.</summary>
internal sealed class TimeIndex(LogFile file, long baseOffset)
{
    private const int TimestampAt = 0, OffsetAt = 8;

    public SparseIndex Entries { get; } = new(file, LogFormat.TimeIndexEntrySize);

    /// <summary>Adds an entry if the timestamp is larger than the last.</summary>
    public void MaybeAppend(long timestampMs, long lastOffsetOfBatch)
    {
        if (timestampMs <= Last.TimestampMs)
            return;
        var entry = Entries.Next();
        BinaryPrimitives.WriteInt64BigEndian(entry[TimestampAt..], timestampMs);
        BinaryPrimitives.WriteInt32BigEndian(entry[OffsetAt..], checked((int)(lastOffsetOfBatch - baseOffset)));
        Entries.Commit();
    }

    /// <summary>True when timestamps and offsets grow.</summary>
    public bool IsSound()
    {
        var last = (TimestampMs: -1L, Offset: baseOffset - 1);
        for (var at = 0; at < Entries.Count; at++)
        {
            var next = At(at);
            if (next.TimestampMs <= last.TimestampMs || next.Offset <= last.Offset)
                return false;
            last = next;
        }

        return true;
    }

    /// <summary>The last entry, or (-1, base offset).</summary>
    public (long TimestampMs, long Offset) Last => At(Entries.Count - 1);

    /// <summary>The last offset up to which every timestamp is at most <paramref name="timestampMs"/>, as far as the index knows.</summary>
    public long OffsetAtOrBefore(long timestampMs) =>
        At(Entries.Floor(timestampMs, static (e, i, target) => e.Int64At(i, TimestampAt) > target)).Offset;

    private (long TimestampMs, long Offset) At(int entry) =>
        entry < 0 ? (-1, baseOffset) : (Entries.Int64At(entry, TimestampAt), baseOffset + Entries.Int32At(entry, OffsetAt));
}
