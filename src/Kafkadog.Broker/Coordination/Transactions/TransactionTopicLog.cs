using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>
/// The partitions of <c>__transaction_state</c> in the broker's own storage. The topic is created when a transactional producer first
/// asks for its coordinator; its number of partitions is fixed from then on, whatever the setting says later.
/// </summary>
internal sealed class TransactionTopicLog(TopicRegistry topics, TimeProvider clock, int partitions, int segmentBytes = TransactionTopicLog.DefaultSegmentBytes) : ITransactionLog
{
    /// <summary>Apache Kafka's: small segments, so that compaction, which leaves the newest alone, soon reaches old states.</summary>
    public const int DefaultSegmentBytes = 104_857_600;

    /// <summary>Records beyond this many bytes go into a further batch; far below <c>max.message.bytes</c>, so that one more record fits.</summary>
    private const int BatchTargetBytes = 256 * 1024;

    /// <summary>Length, deltas, and lengths of key and value of one record: never more.</summary>
    private const int RecordOverhead = 32;

    /// <summary>Apache Kafka's settings of this topic.</summary>
    private readonly Dictionary<string, string> _configs = new(StringComparer.Ordinal)
    {
        [TopicConfigs.CleanupPolicy] = "compact",
        [TopicConfigs.CompressionType] = "uncompressed",
        [TopicConfigs.MinInsyncReplicas] = "1",
        [TopicConfigs.SegmentBytes] = segmentBytes.ToString(CultureInfo.InvariantCulture),
        [TopicConfigs.UncleanLeaderElectionEnable] = "false",
    };

    public int PartitionCount => topics.TryGet(TopicNames.TransactionState, out var topic) ? topic.Partitions.Count : partitions;

    public int CoordinatorEpoch(int partition) => topics.Partition(TopicNames.TransactionState, partition)?.LeaderEpoch ?? 0;

    public ErrorCode EnsureCreated()
    {
        if (topics.TryGet(TopicNames.TransactionState, out _)) return ErrorCode.None;
        var created = topics.Create(TopicNames.TransactionState, partitions, _configs);
        // Somebody else was quicker; the topic is there all the same.
        return created.Error == ErrorCode.TopicAlreadyExists ? ErrorCode.None : created.Error;
    }

    public void Replay(Action<int, TransactionRecord> each)
    {
        if (!topics.TryGet(TopicNames.TransactionState, out var topic)) return;
        for (var partition = 0; partition < topic.Partitions.Count; partition++)
        {
            var log = topic.Partitions[partition];
            using var reader = log.OpenReader(log.LogStartOffset);
            while (reader.MoveNext())
            {
                if (new RecordBatch(reader.Batch.Span).IsControl) continue;
                foreach (var record in RecordBatchReader.Read(reader.Batch))
                {
                    if (record.Key is { } key) each(partition, new TransactionRecord(key, record.Value));
                }
            }
        }
    }

    public async ValueTask<ErrorCode> AppendAsync(int partition, IReadOnlyList<TransactionRecord> records)
    {
        if (EnsureCreated() is not ErrorCode.None and var error) return error;
        if (topics.Partition(TopicNames.TransactionState, partition) is not { } log) return ErrorCode.UnknownTopicOrPartition;
        foreach (var batch in Encode(records))
        {
            var result = await log.AppendAsync(batch, RequiredAcks.All, AppendOrigin.Coordinator);
            if (result.Error != ErrorCode.None) return result.Error;
        }

        return ErrorCode.None;
    }

    private IEnumerable<byte[]> Encode(IReadOnlyList<TransactionRecord> records)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var batch = new List<Record>(records.Count);
        var size = 0;
        foreach (var record in records)
        {
            var recordSize = RecordOverhead + record.Key.Length + (record.Value?.Length ?? 0);
            if (batch.Count > 0 && size + recordSize > BatchTargetBytes)
            {
                yield return RecordBatchWriter.Write(batch);
                batch.Clear();
                size = 0;
            }

            batch.Add(new Record(now, record.Key, record.Value));
            size += recordSize;
        }

        yield return RecordBatchWriter.Write(batch);
    }
}
