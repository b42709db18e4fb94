using System.Buffers.Binary;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Inspection;

/// <summary>Reads the index files of a segment.</summary>
internal static class IndexFile
{
    /// <summary>Last offset of a batch, and where in the segment it begins.</summary>
    public static IReadOnlyList<(long Offset, long Position)> ReadOffsets(string path, long baseOffset) => Read(
        path, LogFormat.OffsetIndexEntrySize, entry => (baseOffset + BinaryPrimitives.ReadInt32BigEndian(entry), (long)BinaryPrimitives.ReadInt32BigEndian(entry[4..])));

    /// <summary>The largest timestamp so far, and the last offset of the batch that has it.</summary>
    public static IReadOnlyList<(long Timestamp, long Offset)> ReadTimes(string path, long baseOffset) => Read(
        path, LogFormat.TimeIndexEntrySize, entry => (BinaryPrimitives.ReadInt64BigEndian(entry), baseOffset + BinaryPrimitives.ReadInt32BigEndian(entry[8..])));

    /// <summary>The aborted transactions of a segment.</summary>
    public static IReadOnlyList<AbortedTransaction> ReadTransactions(string path) => Read(
        path, LogFormat.TransactionIndexEntrySize, entry => new AbortedTransaction(
            BinaryPrimitives.ReadInt64BigEndian(entry[2..]),
            BinaryPrimitives.ReadInt64BigEndian(entry[10..]),
            BinaryPrimitives.ReadInt64BigEndian(entry[18..]),
            BinaryPrimitives.ReadInt64BigEndian(entry[26..])));

    private delegate T EntryReader<T>(ReadOnlySpan<byte> entry);

    private static List<T> Read<T>(string path, int entrySize, EntryReader<T> read)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length % entrySize != 0)
            throw new StorageException(StorageFailure.Corrupt, $"{path} has {bytes.Length} bytes, which are not whole entries of {entrySize}");
        var entries = new List<T>(bytes.Length / entrySize);
        for (var at = 0; at < bytes.Length; at += entrySize)
            entries.Add(read(bytes.AsSpan(at, entrySize)));
        return entries;
    }
}
