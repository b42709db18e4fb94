using System.Buffers.Binary;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>The last thing an active producer wrote to a partition.</summary>
/// <param name="LastDataOffset">Null when it was a marker.</param>
internal readonly record struct LastRecord(long? LastDataOffset, short ProducerEpoch);

/// <summary>
/// The rules of compaction, for one batch at a time. A record stays if it is the last of its key, a tombstone only until its
/// delete horizon (KIP-534), a transaction marker until its data is gone and its horizon passed. A batch keeps its base and last
/// offset, whatever is taken out of it, and stays without records if its producer's last sequence or the end of the cleaned part
/// would be forgotten with it.
/// <see href="https://cwiki.apache.org/confluence/display/KAFKA/KIP-534%3A+Retain+tombstones+and+transaction+markers+for+approximately+delete.retention.ms+milliseconds"/>
/// </summary>
/// <param name="map">The last offset of each key, and how far it reaches.</param>
/// <param name="transactions">What is known of the transactions at this place.</param>
/// <param name="active">The last record of every producer that is not forgotten yet, by producer id.</param>
/// <param name="nowMs">When this cleaning began.</param>
/// <param name="deleteRetentionMs">How long a tombstone or marker stays after it was first cleaned.</param>
internal sealed class BatchFilter(
    OffsetMap map, CleanedTransactions transactions, IReadOnlyDictionary<long, LastRecord> active, long nowMs, long deleteRetentionMs)
{
    private readonly List<bool> _keep = [];

    /// <summary>What stays of a batch: the same bytes, a smaller batch in its place, or nothing.</summary>
    /// <exception cref="ProtocolException">The records are not what the format says.</exception>
    public ReadOnlyMemory<byte> Filter(ReadOnlyMemory<byte> bytes)
    {
        var batch = new RecordBatch(bytes.Span);
        var discardable = batch.IsControl ? transactions.SeeMarker(bytes) : transactions.SeeData(batch);
        var horizonPassed = batch.DeleteHorizonMs is { } horizon && horizon <= nowMs;
        var keepsEmpty = IsLastOfItsProducer(batch) || batch.NextOffset == map.LatestOffset + 1;
        if (batch.RecordCount == 0)
            return keepsEmpty ? bytes : default;
        if (discardable && (!batch.IsControl || horizonPassed))
            return keepsEmpty ? WithoutRecords(batch) : default;

        var records = Compression.Decompress((CompressionCodec)batch.Codec, bytes[RecordBatch.HeaderSize..batch.SizeInBytes]);
        var (kept, tombstones, maxTimestamp) = batch.IsControl ? (batch.RecordCount, false, batch.MaxTimestamp) : Choose(batch, records, horizonPassed);
        var beginsHorizon = batch.DeleteHorizonMs is null && (batch.IsControl ? discardable : tombstones);
        if (kept == batch.RecordCount && !beginsHorizon)
            return bytes;
        if (kept == 0)
            return keepsEmpty ? WithoutRecords(batch) : default;
        if (batch.IsControl)
            MarkAll(batch.RecordCount);
        return Rewrite(batch, records, kept, maxTimestamp, beginsHorizon ? AddSaturated(nowMs, deleteRetentionMs) : null);
    }

    private bool IsLastOfItsProducer(in RecordBatch batch) =>
        batch.HasProducerId && active.TryGetValue(batch.ProducerId, out var last)
        && (last.LastDataOffset is { } offset ? offset == batch.LastOffset : batch.IsControl && batch.ProducerEpoch == last.ProducerEpoch);

    private (int Kept, bool Tombstones, long MaxTimestamp) Choose(in RecordBatch batch, ReadOnlyMemory<byte> records, bool horizonPassed)
    {
        _keep.Clear();
        var (kept, tombstones, maxTimestamp) = (0, false, -1L);
        var record = new RawRecords(records, batch.RecordCount);
        while (record.MoveNext())
        {
            var keep = MustKeep(ref record, batch.BaseOffset + record.OffsetDelta, horizonPassed);
            _keep.Add(keep);
            if (!keep)
                continue;
            kept++;
            tombstones |= !record.HasValue;
            maxTimestamp = Math.Max(maxTimestamp, batch.BaseTimestamp + record.TimestampDelta);
        }

        return (kept, tombstones, batch.IsLogAppendTime ? batch.MaxTimestamp : maxTimestamp);
    }

    private bool MustKeep(ref RawRecords record, long offset, bool horizonPassed)
    {
        if (offset > map.LatestOffset)
            return true;
        // Written before the topic was compacted: nothing can replace it, and nobody can ask for it by key.
        return record.Key is { } key && offset >= map.OffsetOf(key.Span) && (record.HasValue || !horizonPassed);
    }

    private void MarkAll(int count)
    {
        _keep.Clear();
        for (var at = 0; at < count; at++)
            _keep.Add(true);
    }

    /// <param name="horizonMs">Takes the place of the base timestamp from now on; null leaves that as it is.</param>
    private byte[] Rewrite(in RecordBatch batch, ReadOnlyMemory<byte> records, int kept, long maxTimestamp, long? horizonMs)
    {
        using var body = new ProtocolWriter(records.Length);
        var record = new RawRecords(records, batch.RecordCount);
        for (var at = 0; record.MoveNext(); at++)
        {
            if (!_keep[at])
                continue;
            if (horizonMs is { } newBase)
                WriteMoved(body, ref record, batch.BaseTimestamp + record.TimestampDelta - newBase);
            else
                body.WriteRaw(record.Whole.Span);
        }

        var compressed = Compression.Compress((CompressionCodec)batch.Codec, body.WrittenSpan);
        var result = Header(batch, compressed.Length);
        compressed.CopyTo(result, RecordBatch.HeaderSize);
        if (horizonMs is { } deleteHorizonMs)
        {
            BinaryPrimitives.WriteInt16BigEndian(result.AsSpan(RecordBatch.AttributesAt), (short)(batch.Attributes | RecordBatch.DeleteHorizonBit));
            BinaryPrimitives.WriteInt64BigEndian(result.AsSpan(RecordBatch.BaseTimestampAt), deleteHorizonMs);
        }

        BinaryPrimitives.WriteInt64BigEndian(result.AsSpan(RecordBatch.MaxTimestampAt), maxTimestamp);
        BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(RecordBatch.RecordCountAt), kept);
        RecordBatch.PatchCrc(result);
        return result;
    }

    private static void WriteMoved(ProtocolWriter body, ref RawRecords record, long timestampDelta)
    {
        var size = sizeof(sbyte) + VarInt.Size(VarInt.ZigZag(timestampDelta)) + VarInt.Size(VarInt.ZigZag(record.OffsetDelta)) + record.FromKey.Length;
        body.WriteVarInt(size);
        body.WriteInt8(record.Attributes);
        body.WriteVarLong(timestampDelta);
        body.WriteVarInt(record.OffsetDelta);
        body.WriteRaw(record.FromKey.Span);
    }

    private static byte[] WithoutRecords(in RecordBatch batch)
    {
        const long NoTimestamp = -1;
        var result = Header(batch, recordBytes: 0);
        BinaryPrimitives.WriteInt16BigEndian(result.AsSpan(RecordBatch.AttributesAt), (short)(batch.Attributes & ~(RecordBatch.CodecMask | RecordBatch.DeleteHorizonBit)));
        BinaryPrimitives.WriteInt64BigEndian(result.AsSpan(RecordBatch.BaseTimestampAt), NoTimestamp);
        BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(RecordBatch.RecordCountAt), 0);
        RecordBatch.PatchCrc(result);
        return result;
    }

    private static byte[] Header(in RecordBatch batch, int recordBytes)
    {
        var result = new byte[RecordBatch.HeaderSize + recordBytes];
        batch.Bytes[..RecordBatch.HeaderSize].CopyTo(result);
        BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(RecordBatch.LengthAt), result.Length - RecordBatch.LogOverhead);
        return result;
    }

    private static long AddSaturated(long nowMs, long byMs) => byMs > long.MaxValue - nowMs ? long.MaxValue : nowMs + byMs;
}
