using System.Buffers.Binary;
using System.Text;

namespace Kafkadog.Broker.Protocol.Records;

/// <summary>Puts records into one batch; <see cref="RecordBatchReader"/> shows the layout of a record.</summary>
internal static class RecordBatchWriter
{
    /// <summary>Writes a batch with base offset 0: the log assigns the place when it appends.</summary>
    /// <param name="records">At least one; their offsets are ignored.</param>
    /// <param name="codec">How the records are compressed.</param>
    /// <param name="producer">Who writes; <see cref="BatchProducer.None"/> for a plain producer.</param>
    /// <param name="attributes">Further bits: <see cref="RecordBatch.TransactionalBit"/>, <see cref="RecordBatch.ControlBit"/>.</param>
    public static byte[] Write(
        IReadOnlyList<Record> records, CompressionCodec codec = CompressionCodec.None, BatchProducer? producer = null, short attributes = 0)
    {
        if (records.Count == 0)
        {
            throw new ArgumentException("A batch has at least one record.", nameof(records));
        }

        var by = producer ?? BatchProducer.None;
        var baseTimestamp = records[0].TimestampMs;
        var maxTimestamp = baseTimestamp;
        using var body = new ProtocolWriter(1024);
        using var scratch = new ProtocolWriter(256);
        for (var at = 0; at < records.Count; at++)
        {
            scratch.Clear();
            maxTimestamp = Math.Max(maxTimestamp, records[at].TimestampMs);
            WriteOne(scratch, records[at], baseTimestamp, at);
            var record = scratch.WrittenSpan;
            body.WriteVarInt(record.Length);
            body.WriteRaw(record);
        }

        var compressed = Compression.Compress(codec, body.WrittenSpan);
        var batch = new byte[RecordBatch.HeaderSize + compressed.Length];
        var span = batch.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(span[RecordBatch.LengthAt..], batch.Length - RecordBatch.LogOverhead);
        BinaryPrimitives.WriteInt32BigEndian(span[RecordBatch.LeaderEpochAt..], -1);
        span[RecordBatch.MagicAt] = RecordBatch.CurrentMagic;
        BinaryPrimitives.WriteInt16BigEndian(span[RecordBatch.AttributesAt..], (short)(attributes | (short)codec));
        BinaryPrimitives.WriteInt32BigEndian(span[RecordBatch.LastOffsetDeltaAt..], records.Count - 1);
        BinaryPrimitives.WriteInt64BigEndian(span[RecordBatch.BaseTimestampAt..], baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(span[RecordBatch.MaxTimestampAt..], maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(span[RecordBatch.ProducerIdAt..], by.ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(span[RecordBatch.ProducerEpochAt..], by.ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(span[RecordBatch.BaseSequenceAt..], by.BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(span[RecordBatch.RecordCountAt..], records.Count);
        compressed.CopyTo(span[RecordBatch.HeaderSize..]);
        RecordBatch.PatchCrc(span);
        return batch;
    }

    private static void WriteOne(ProtocolWriter writer, Record record, long baseTimestamp, int offsetDelta)
    {
        writer.WriteInt8(0);
        writer.WriteVarLong(record.TimestampMs - baseTimestamp);
        writer.WriteVarInt(offsetDelta);
        WriteBytes(writer, record.Key);
        WriteBytes(writer, record.Value);
        writer.WriteVarInt(record.Headers.Count);
        foreach (var header in record.Headers)
        {
            WriteBytes(writer, Encoding.UTF8.GetBytes(header.Key));
            WriteBytes(writer, header.Value);
        }
    }

    private static void WriteBytes(ProtocolWriter writer, ReadOnlyMemory<byte>? bytes)
    {
        writer.WriteVarInt(bytes?.Length ?? -1);
        if (bytes is { } given)
        {
            writer.WriteRaw(given.Span);
        }
    }
}

/// <summary>The producer of a batch, for idempotence and transactions.</summary>
internal readonly record struct BatchProducer(long ProducerId, short ProducerEpoch, int BaseSequence)
{
    public static BatchProducer None { get; } = new(-1, -1, -1);
}
