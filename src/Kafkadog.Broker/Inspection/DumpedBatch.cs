using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Inspection;

/// <summary>One record batch of a segment file, as it lies there.</summary>
internal sealed record DumpedBatch
{
    public required long BaseOffset { get; init; }
    public required long LastOffset { get; init; }
    public required int Count { get; init; }
    public required int BaseSequence { get; init; }
    public required int LastSequence { get; init; }
    public required long ProducerId { get; init; }
    public required short ProducerEpoch { get; init; }
    public required int PartitionLeaderEpoch { get; init; }
    public required bool IsTransactional { get; init; }
    public required bool IsControl { get; init; }

    /// <summary>The byte of the file where it begins.</summary>
    public required long Position { get; init; }

    public required bool IsLogAppendTime { get; init; }

    /// <summary>The largest timestamp, milliseconds since 1970.</summary>
    public required long MaxTimestamp { get; init; }

    public required int Size { get; init; }
    public required string CompressionCodec { get; init; }
    public required uint Crc { get; init; }

    /// <summary>The checksum is right.</summary>
    public required bool IsValid { get; init; }

    /// <summary>Null unless asked for.</summary>
    public IReadOnlyList<DumpedRecord>? Records { get; init; }

    public static DumpedBatch Of(ReadOnlyMemory<byte> bytes, long position, bool withRecords)
    {
        var batch = new RecordBatch(bytes.Span);
        var isValid = batch.Crc == batch.ComputeCrc();
        return new DumpedBatch
        {
            BaseOffset = batch.BaseOffset,
            LastOffset = batch.LastOffset,
            Count = batch.RecordCount,
            BaseSequence = batch.BaseSequence,
            LastSequence = batch.BaseSequence < 0 ? -1 : Storage.ProducerStates.Advance(batch.BaseSequence, batch.LastOffsetDelta),
            ProducerId = batch.ProducerId,
            ProducerEpoch = batch.ProducerEpoch,
            PartitionLeaderEpoch = batch.PartitionLeaderEpoch,
            IsTransactional = batch.IsTransactional,
            IsControl = batch.IsControl,
            Position = position,
            IsLogAppendTime = batch.IsLogAppendTime,
            MaxTimestamp = batch.MaxTimestamp,
            Size = batch.SizeInBytes,
            CompressionCodec = ((CompressionCodec)batch.Codec).ToString().ToLowerInvariant(),
            Crc = batch.Crc,
            IsValid = isValid,
            Records = withRecords && isValid ? [.. RecordBatchReader.Read(bytes).Select(DumpedRecord.Of)] : null,
        };
    }
}

/// <summary>One record of a batch.</summary>
/// <param name="Timestamp">Milliseconds since 1970.</param>
/// <param name="Key">As UTF-8 text; null for none.</param>
/// <param name="Value">As UTF-8 text; null for a tombstone.</param>
/// <param name="HeaderKeys">In the order they were sent.</param>
internal sealed record DumpedRecord(long Offset, long Timestamp, int KeySize, int ValueSize, string? Key, string? Value, IReadOnlyList<string> HeaderKeys)
{
    public static DumpedRecord Of(Record record) => new(
        record.Offset, record.TimestampMs, record.Key?.Length ?? -1, record.Value?.Length ?? -1, Text(record.Key), Text(record.Value), [.. record.Headers.Select(header => header.Key)]);

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } given ? System.Text.Encoding.UTF8.GetString(given.Span) : null;
}
