using System.Buffers.Binary;

namespace Kafkadog.Broker.Storage;

/// <summary>Finds batches of a segment by offset or by position: an entry every <c>index.interval.bytes</c> at most.</summary>
internal sealed class OffsetIndex(LogFile file, long baseOffset)
{
    private const int OffsetAt = 0, PositionAt = 4;

    private bool _isDistrusted;

    public SparseIndex Entries { get; } = new(file, LogFormat.OffsetIndexEntrySize);

    public void Append(long lastOffsetOfBatch, int position)
    {
        var entry = Entries.Next();
        BinaryPrimitives.WriteInt32BigEndian(entry[OffsetAt..], checked((int)(lastOffsetOfBatch - baseOffset)));
        BinaryPrimitives.WriteInt32BigEndian(entry[PositionAt..], position);
        Entries.Commit();
    }

    /// <summary>
    /// Position of a batch at or before the one that contains the offset, and the last offset of the batch that must be there; null where
    /// no entry says.
    /// </summary>
    public (int Position, long? LastOffset) BatchFor(long offset)
    {
        var floor = _isDistrusted ? -1 : Entries.Floor(offset - baseOffset, static (e, i, target) => e.Int32At(i, OffsetAt) > target);
        return floor < 0 ? (0, null) : (Entries.Int32At(floor, PositionAt), baseOffset + Entries.Int32At(floor, OffsetAt));
    }

    /// <summary>
    /// An entry leads nowhere: from now on the segment is read from its start.
    /// </summary>
    /// <returns>False when that was known.</returns>
    public bool Distrust() => !Interlocked.Exchange(ref _isDistrusted, true);

    /// <summary>Deletes the file of a distrusted index: the next start makes it anew. Nobody may read it any more.</summary>
    public void DropIfDistrusted()
    {
        if (_isDistrusted)
            Entries.File.Clear();
    }

    /// <summary>Position of the last known batch that begins at or before a position.</summary>
    public int BatchAtOrBefore(long position)
    {
        var floor = _isDistrusted ? -1 : Entries.Floor(position, static (e, i, target) => e.Int32At(i, PositionAt) > target);
        return floor < 0 ? 0 : Entries.Int32At(floor, PositionAt);
    }

    /// <summary>Last offset of the first known batch that begins at or after a position; null when no such batch is known.</summary>
    public long? OffsetAtOrAfter(long position)
    {
        if (_isDistrusted)
            return null;
        var next = Entries.Floor(position - 1, static (e, i, target) => e.Int32At(i, PositionAt) > target) + 1;
        return next < Entries.Count ? baseOffset + Entries.Int32At(next, OffsetAt) : null;
    }

    /// <summary>True when offsets and positions grow and lie within a log of that size.</summary>
    public bool IsSound(long size)
    {
        var (offset, position) = (-1, -1);
        for (var at = 0; at < Entries.Count; at++)
        {
            var (nextOffset, nextPosition) = (Entries.Int32At(at, OffsetAt), Entries.Int32At(at, PositionAt));
            if (nextOffset <= offset || nextPosition <= position || nextPosition >= size)
                return false;
            (offset, position) = (nextOffset, nextPosition);
        }

        return true;
    }

    public int LastPosition => Entries.Count == 0 ? 0 : Entries.Int32At(Entries.Count - 1, PositionAt);
}
