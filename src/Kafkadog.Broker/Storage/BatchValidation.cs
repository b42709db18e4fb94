using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// What a batch must satisfy before it enters a log. Only the header is looked at, except on compacted topics, whose records
/// must have keys; Apache Kafka also reads every record of the others.
/// </summary>
internal static class BatchValidation
{
    private const long NoTimestamp = -1;
    private const int SmallestRecord = 7;

    /// <summary>Null when the batch may be appended.</summary>
    public static AppendResult? Check(ReadOnlyMemory<byte> bytes, TopicConfig config, AppendOrigin origin, long nowMs, TopicPartition partition = default)
    {
        var batch = new RecordBatch(bytes.Span);
        if (!batch.IsComplete)
            return AppendResult.Failed(ErrorCode.InvalidRecord, "The record batch is shorter than its header says");
        if (batch.Magic > RecordBatch.CurrentMagic)
            return AppendResult.Failed(ErrorCode.CorruptMessage, $"Invalid magic found in record: {batch.Magic}");
        if (batch.Magic != RecordBatch.CurrentMagic)
            return AppendResult.Failed(ErrorCode.InvalidRecord, "Only record batches of format v2 are supported");
        if (batch.SizeInBytes > config.MaxMessageBytes && origin is AppendOrigin.Client)
            return AppendResult.Failed(ErrorCode.MessageTooLarge, $"The record batch has {batch.SizeInBytes} bytes, more than {TopicConfigs.MaxMessageBytes} {config.MaxMessageBytes}");
        if (batch.SizeInBytes > config.SegmentBytes)
            return AppendResult.Failed(ErrorCode.RecordListTooLarge, $"The record batch has {batch.SizeInBytes} bytes, more than {TopicConfigs.SegmentBytes} {config.SegmentBytes}");
        if (batch.Crc != batch.ComputeCrc())
            return AppendResult.Failed(ErrorCode.CorruptMessage, "The record batch's checksum is wrong");
        if (batch.SizeInBytes != bytes.Length)
            return AppendResult.Failed(ErrorCode.InvalidRecord, "Exactly one record batch per partition is allowed");
        if (batch.RecordCount <= 0 || batch.LastOffsetDelta != batch.RecordCount - 1)
            return AppendResult.Failed(ErrorCode.InvalidRecord, "The record batch's count and last offset delta do not fit together");
        if (batch.Codec == (int)CompressionCodec.None && batch.RecordCount > batch.Records.Length / SmallestRecord)
            return AppendResult.Failed(ErrorCode.CorruptMessage, $"The record batch claims {batch.RecordCount} records in {batch.Records.Length} bytes");
        return origin is AppendOrigin.Client ? CheckClient(bytes, batch, config, nowMs, partition) : null;
    }

    private static AppendResult? CheckClient(ReadOnlyMemory<byte> bytes, in RecordBatch batch, TopicConfig config, long nowMs, TopicPartition partition)
    {
        if (batch.BaseOffset != 0)
            return AppendResult.Failed(ErrorCode.InvalidRecord, $"The base offset of a record batch that is appended has to be 0, and is {batch.BaseOffset}");
        if (batch.IsControl)
            return AppendResult.Failed(ErrorCode.InvalidRecord, "Clients may not write control batches");
        if (batch.Codec > 4)
            return AppendResult.Failed(ErrorCode.UnsupportedCompressionType, $"Compression codec {batch.Codec} does not exist");
        if (batch.HasProducerId && (batch.BaseSequence < 0 || batch.ProducerEpoch < 0))
            return AppendResult.Failed(ErrorCode.InvalidRecord, "A batch with a producer id needs an epoch and a sequence");
        if (batch.IsTransactional && !batch.HasProducerId)
            return AppendResult.Failed(ErrorCode.InvalidProducerIdMapping, "A transactional batch needs a producer id");
        if (batch.IsLogAppendTime)
            return AppendResult.Failed(ErrorCode.InvalidTimestamp, "Clients may not set the timestamp type to LogAppendTime");
        if (!config.IsLogAppendTime && !(InRange(batch.BaseTimestamp, config, nowMs) && InRange(batch.MaxTimestamp, config, nowMs)))
            return AppendResult.Failed(ErrorCode.InvalidTimestamp, "A timestamp is further from the broker's time than the topic allows");
        return config.IsCompacted ? CheckKeys(bytes, partition) : null;
    }

    // Subtraction could overflow with hostile timestamps: compare in 128 bits.
    private static bool InRange(long timestampMs, TopicConfig config, long nowMs) =>
        timestampMs == NoTimestamp
        || ((Int128)timestampMs - nowMs <= config.TimestampAfterMaxMs && (Int128)nowMs - timestampMs <= config.TimestampBeforeMaxMs);

    // Clients show these messages, so they are Apache Kafka's.
    private static AppendResult? CheckKeys(ReadOnlyMemory<byte> bytes, TopicPartition partition)
    {
        try
        {
            var without = RecordBatchReader.Read(bytes)
                .Select(static (record, at) => (record, at))
                .Where(static r => r.record.Key is null)
                .Select(r => new RecordError(r.at, $"Compacted topic cannot accept message without key in topic partition {partition}"))
                .ToList();
            return without.Count == 0 ? null : AppendResult.Failed(ErrorCode.InvalidRecord, Message(without)) with { RecordErrors = without };
        }
        catch (ProtocolException e)
        {
            return AppendResult.Failed(ErrorCode.CorruptMessage, e.Message);
        }
    }

    private static string Message(List<RecordError> errors) =>
        $"One or more records have been rejected due to {errors.Count} record errors in total, and only showing the first three errors at most: "
        + $"[{string.Join(", ", errors.Take(3).Select(e => $"RecordError(batchIndex={e.BatchIndex}, message='{e.Message}')"))}]";
}
