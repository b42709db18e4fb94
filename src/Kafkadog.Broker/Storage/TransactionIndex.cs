using System.Buffers.Binary;

namespace Kafkadog.Broker.Storage;

/// <summary>A transaction that was aborted, in one partition.</summary>
/// <param name="FirstOffset">Its first record.</param>
/// <param name="LastOffset">Its marker.</param>
/// <param name="LastStableOffset">Up to where every transaction had ended when this one did: no later entry of the index begins before it.</param>
internal readonly record struct AbortedTransaction(long ProducerId, long FirstOffset, long LastOffset, long LastStableOffset);

/// <summary>
/// The aborted transactions whose markers lie in a segment, in the order of the markers. There is no file without an entry, and most
/// segments have none. It is written when the segment is sealed or the broker stops; after a crash it is rebuilt from the batches.
/// </summary>
internal sealed class TransactionIndex(LogFile file)
{
    private const int VersionAt = 0, ProducerIdAt = 2, FirstOffsetAt = 10, LastOffsetAt = 18, LastStableOffsetAt = 26;

    private SparseIndex Entries { get; } = new(file, LogFormat.TransactionIndexEntrySize);

    public LogFile File => file;

    public int Count => Entries.Count;

    public void Append(AbortedTransaction aborted)
    {
        var entry = Entries.Next();
        BinaryPrimitives.WriteInt16BigEndian(entry[VersionAt..], LogFormat.TransactionIndexVersion);
        BinaryPrimitives.WriteInt64BigEndian(entry[ProducerIdAt..], aborted.ProducerId);
        BinaryPrimitives.WriteInt64BigEndian(entry[FirstOffsetAt..], aborted.FirstOffset);
        BinaryPrimitives.WriteInt64BigEndian(entry[LastOffsetAt..], aborted.LastOffset);
        BinaryPrimitives.WriteInt64BigEndian(entry[LastStableOffsetAt..], aborted.LastStableOffset);
        Entries.Commit();
    }

    /// <summary>Adds the transactions that have a record from <paramref name="from"/> on and begin below <paramref name="upTo"/>.</summary>
    /// <returns>True when no later entry, in this segment or another, can be one of them.</returns>
    public bool Collect(long from, long upTo, List<AbortedTransaction> into)
    {
        for (var at = 0; at < Entries.Count; at++)
        {
            var aborted = At(at);
            if (aborted.LastOffset >= from && aborted.FirstOffset < upTo)
                into.Add(aborted);
            if (aborted.LastStableOffset >= upTo)
                return true;
        }

        return false;
    }

    /// <summary>Begins with no entries, whatever the file says.</summary>
    public void Reset()
    {
        file.Clear();
        Entries.Reset();
    }

    /// <returns>False when it must be rebuilt.</returns>
    public bool TryOpenSealed(bool verify) => !file.Exists || (Entries.TryOpenSealed() && (!verify || IsSound()));

    /// <inheritdoc cref="TryOpenSealed"/>
    public bool TryOpenActive()
    {
        if (file.Exists)
            return Entries.TryOpenActive();
        Entries.Reset();
        return true;
    }

    public void WriteOut()
    {
        if (Count > 0)
            Entries.WriteOut();
    }

    /// <summary>Writes the rest and forgets the memory.</summary>
    public void Seal()
    {
        if (Count > 0)
            Entries.Seal();
    }

    private AbortedTransaction At(int entry) => new(
        Entries.Int64At(entry, ProducerIdAt), Entries.Int64At(entry, FirstOffsetAt), Entries.Int64At(entry, LastOffsetAt), Entries.Int64At(entry, LastStableOffsetAt));

    private bool IsSound()
    {
        long last = -1;
        for (var at = 0; at < Count; at++)
        {
            var aborted = At(at);
            if (aborted.ProducerId < 0 || aborted.FirstOffset < 0 || aborted.LastOffset <= last || aborted.FirstOffset >= aborted.LastOffset)
                return false;
            last = aborted.LastOffset;
        }

        return true;
    }
}
