using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// The partitions of <c>__consumer_offsets</c> in the broker's own storage. The topic is created when a group first needs it, as in
/// Apache Kafka; its number of partitions is fixed from then on, whatever the setting says later.
/// </summary>
internal sealed class OffsetsTopicLog(TopicRegistry topics, TimeProvider clock, int partitions, int segmentBytes = OffsetsTopicLog.DefaultSegmentBytes) : IOffsetsLog
{
    /// <summary>Apache Kafka's: small segments, so that compaction, which leaves the newest alone, soon reaches old commits.</summary>
    public const int DefaultSegmentBytes = 104_857_600;

    /// <summary>Records of one turn beyond this many bytes go into further batches; far below <c>max.message.bytes</c>, so that one more record always fits.</summary>
    private const int BatchTargetBytes = 256 * 1024;

    /// <summary>Length, deltas, and lengths of key and value of one record: never more.</summary>
    private const int RecordOverhead = 32;

    /// <summary>Apache Kafka's settings of this topic.</summary>
    private readonly Dictionary<string, string> _configs = new(StringComparer.Ordinal)
    {
        [TopicConfigs.CleanupPolicy] = "compact",
        [TopicConfigs.CompressionType] = "producer",
        [TopicConfigs.SegmentBytes] = segmentBytes.ToString(CultureInfo.InvariantCulture),
    };

    public int PartitionCount => topics.TryGet(TopicNames.ConsumerOffsets, out var topic) ? topic.Partitions.Count : partitions;

    /// <summary>Creates the topic if it is not there yet.</summary>
    public ErrorCode EnsureCreated()
    {
        if (topics.TryGet(TopicNames.ConsumerOffsets, out _)) return ErrorCode.None;
        var created = topics.Create(TopicNames.ConsumerOffsets, partitions, _configs);
        // Somebody else was quicker; the topic is there all the same.
        return created.Error == ErrorCode.TopicAlreadyExists ? ErrorCode.None : created.Error;
    }

    public ErrorCode CheckVerified(int partition, TransactionalProducer producer, VerificationGuard? guard) =>
        topics.Partition(TopicNames.ConsumerOffsets, partition)?.CheckVerified(producer.ProducerId, producer.Epoch, guard) ?? ErrorCode.InvalidTxnState;

    public ErrorCode CheckMarker(int partition, TransactionEnd end) =>
        topics.Partition(TopicNames.ConsumerOffsets, partition)?.CheckMarker(end) ?? ErrorCode.UnknownTopicOrPartition;

    public void Replay(IOffsetsReplay target)
    {
        if (!topics.TryGet(TopicNames.ConsumerOffsets, out var topic)) return;
        for (var partition = 0; partition < topic.Partitions.Count; partition++)
        {
            var log = topic.Partitions[partition];
            using var reader = log.OpenReader(log.LogStartOffset);
            while (reader.MoveNext()) Replay(partition, reader.Batch, target);
        }
    }

    public async ValueTask<ErrorCode> AppendAsync(int partition, IReadOnlyList<OffsetsBatch> batches, CancellationToken cancellationToken)
    {
        if (EnsureCreated() is not ErrorCode.None and var error) return error;
        if (topics.Partition(TopicNames.ConsumerOffsets, partition) is not { } log) return ErrorCode.UnknownTopicOrPartition;
        foreach (var batch in batches)
        {
            if (batch.Marker is { } end)
            {
                if (await log.AppendMarkerAsync(end) is not ErrorCode.None and var refused) return refused;
                continue;
            }

            foreach (var bytes in Encode(batch))
            {
                var result = await log.AppendAsync(bytes, RequiredAcks.All, AppendOrigin.Coordinator);
                if (result.Error != ErrorCode.None) return result.Error;
            }
        }

        return ErrorCode.None;
    }

    private IEnumerable<byte[]> Encode(OffsetsBatch batch)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var producer = batch.Transaction is { } transaction ? new BatchProducer(transaction.ProducerId, transaction.Epoch, BaseSequence: -1) : BatchProducer.None;
        var attributes = batch.Transaction is null ? (short)0 : RecordBatch.TransactionalBit;
        var records = new List<Record>(batch.Records.Count);
        var size = 0;
        foreach (var record in batch.Records)
        {
            var recordSize = RecordOverhead + record.Key.Length + (record.Value?.Length ?? 0);
            if (records.Count > 0 && size + recordSize > BatchTargetBytes)
            {
                yield return RecordBatchWriter.Write(records, producer: producer, attributes: attributes);
                records.Clear();
                size = 0;
            }

            records.Add(new Record(now, record.Key, record.Value));
            size += recordSize;
        }

        yield return RecordBatchWriter.Write(records, producer: producer, attributes: attributes);
    }

    private static void Replay(int partition, ReadOnlyMemory<byte> batch, IOffsetsReplay target)
    {
        var header = new RecordBatch(batch.Span);
        var producerId = header.ProducerId;
        if (header.IsControl)
        {
            target.TransactionEnded(partition, producerId, ControlBatch.ReadMarker(batch).Marker == TransactionMarker.Commit);
            return;
        }

        var transaction = header.IsTransactional ? new TransactionalProducer(producerId, header.ProducerEpoch) : (TransactionalProducer?)null;
        foreach (var record in RecordBatchReader.Read(batch))
        {
            if (record.Key is { } key) target.Record(partition, new OffsetsRecord(key, record.Value), transaction);
        }
    }
}
