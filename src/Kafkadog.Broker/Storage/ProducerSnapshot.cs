using System.Buffers.Binary;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>Producer states in a file, in Kafka's format; only the last batch of each producer is kept. Diagram in <see cref="LogFormat"/>.</summary>
internal static class ProducerSnapshot
{
    /// <summary>A producer of which only a marker is known.</summary>
    private static readonly ProducerBatch s_none = new(-1, -1, LastOffset: -1, 0, -1);

    public static void Write(IFileStore files, string path, ProducerStates states, bool flush)
    {
        var producers = states.All.ToList();
        var bytes = new byte[LogFormat.SnapshotHeaderSize + (producers.Count * LogFormat.SnapshotEntrySize)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, LogFormat.SnapshotVersion);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(LogFormat.SnapshotCountAt), producers.Count);
        var entry = bytes.AsSpan(LogFormat.SnapshotHeaderSize);
        foreach (var producer in producers)
        {
            var last = producer.Last ?? s_none;
            BinaryPrimitives.WriteInt64BigEndian(entry, producer.ProducerId);
            BinaryPrimitives.WriteInt16BigEndian(entry[8..], producer.Epoch);
            BinaryPrimitives.WriteInt32BigEndian(entry[10..], last.LastSequence);
            BinaryPrimitives.WriteInt64BigEndian(entry[14..], last.LastOffset);
            BinaryPrimitives.WriteInt32BigEndian(entry[22..], last.OffsetDelta);
            BinaryPrimitives.WriteInt64BigEndian(entry[26..], producer.LastTimestampMs);
            BinaryPrimitives.WriteInt32BigEndian(entry[34..], producer.CoordinatorEpoch);
            BinaryPrimitives.WriteInt64BigEndian(entry[38..], producer.CurrentTxnFirstOffset);
            entry = entry[LogFormat.SnapshotEntrySize..];
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(LogFormat.SnapshotCrcAt), Crc32C.Compute(bytes.AsSpan(LogFormat.SnapshotCountAt)));
        DurableFile.Replace(files, path, bytes, flush);
    }

    /// <returns>False when the file is damaged or of another version: use an older one or replay the log.</returns>
    public static bool TryRead(IFileStore files, string path, ProducerStates into)
    {
        ReadOnlySpan<byte> bytes = files.ReadAllBytes(path);
        if (bytes.Length < LogFormat.SnapshotHeaderSize
            || BinaryPrimitives.ReadInt16BigEndian(bytes) != LogFormat.SnapshotVersion
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[LogFormat.SnapshotCrcAt..]) != Crc32C.Compute(bytes[LogFormat.SnapshotCountAt..])
            || bytes.Length - LogFormat.SnapshotHeaderSize != (long)BinaryPrimitives.ReadInt32BigEndian(bytes[LogFormat.SnapshotCountAt..]) * LogFormat.SnapshotEntrySize)
        {
            return false;
        }

        for (var entry = bytes[LogFormat.SnapshotHeaderSize..]; !entry.IsEmpty; entry = entry[LogFormat.SnapshotEntrySize..])
        {
            var producer = new ProducerState(BinaryPrimitives.ReadInt64BigEndian(entry));
            var lastSequence = BinaryPrimitives.ReadInt32BigEndian(entry[10..]);
            var lastOffset = BinaryPrimitives.ReadInt64BigEndian(entry[14..]);
            var delta = BinaryPrimitives.ReadInt32BigEndian(entry[22..]);
            var timestamp = BinaryPrimitives.ReadInt64BigEndian(entry[26..]);
            var baseSequence = lastSequence < 0 ? -1 : ProducerStates.Advance(lastSequence, -delta);
            producer.Restore(
                BinaryPrimitives.ReadInt16BigEndian(entry[8..]),
                lastOffset < 0 ? null : new(baseSequence, lastSequence, lastOffset, delta, timestamp),
                timestamp,
                BinaryPrimitives.ReadInt32BigEndian(entry[34..]),
                BinaryPrimitives.ReadInt64BigEndian(entry[38..]));
            into.Restore(producer);
        }

        return true;
    }
}
