using System.Buffers.Binary;

namespace Kafkadog.Broker.Storage;

/// <summary>Finds batches of a segment by offset or by position: an entry every <c>index.interval.bytes</c> at most.</summary>
internal sealed class OffsetIndex(LogFile file, long baseOffset)
{
    private const int OffsetAt = 0, PositionAt = 4;

    public SparseIndex Entries { get; } = new(file, LogFormat.OffsetIndexEntrySize);

    public void Append(long lastOffsetOfBatch, int position)
    {
        var entry = Entries.Next();
        BinaryPrimitives.WriteInt32BigEndian(entry[OffsetAt..], checked((int)(lastOffsetOfBatch - baseOffset)));
        BinaryPrimitives.WriteInt32BigEndian(entry[PositionAt..], position);
        Entries.Commit();
    }

    /// <summary>Position of a batch at or before the one that contains the offset.</summary>
    public int PositionAtOrBefore(long offset)
    {
        var floor = Entries.Floor(offset - baseOffset, static (e, i, target) => e.Int32At(i, OffsetAt) > target);
        return floor < 0 ? 0 : Entries.Int32At(floor, PositionAt);
    }

    /// <summary>Position of the last known batch that begins at or before a position.</summary>
    public int BatchAtOrBefore(long position)
    {
        var floor = Entries.Floor(position, static (e, i, target) => e.Int32At(i, PositionAt) > target);
        return floor < 0 ? 0 : Entries.Int32At(floor, PositionAt);
    }

    /// <summary>Last offset of the first known batch that begins at or after a position; null when no such batch is known.</summary>
    public long? OffsetAtOrAfter(long position)
    {
        var next = Entries.Floor(position - 1, static (e, i, target) => e.Int32At(i, PositionAt) > target) + 1;
        return next < Entries.Count ? baseOffset + Entries.Int32At(next, OffsetAt) : null;
    }

    public int LastPosition => Entries.Count == 0 ? 0 : Entries.Int32At(Entries.Count - 1, PositionAt);
}
