using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Embedding;

/// <summary>Gathers the records of one topic that a <see cref="RecordFilter"/> wants. It goes on where it stopped, also after the broker was restarted.</summary>
internal sealed class RecordCollector(string topic, RecordFilter filter)
{
    private const int ChunkBytes = 1024 * 1024;

    private readonly Dictionary<int, long> _positions = [];
    private readonly FetchIsolation _isolation = filter.Committed ? FetchIsolation.LastStableOffset : FetchIsolation.HighWatermark;

    public List<KafkaRecord> Found { get; } = [];

    /// <summary>The partitions to read, as far as they exist.</summary>
    public IReadOnlyList<PartitionLog> Logs(TopicRegistry topics)
    {
        if (!topics.TryGet(topic, out var found))
            return [];
        return filter.Partition is not { } only ? found.Partitions : (uint)only < (uint)found.Partitions.Count ? [found.Partitions[only]] : [];
    }

    /// <summary>Takes what is there, partition by partition, until <paramref name="count"/> records are found.</summary>
    public void Collect(IReadOnlyList<PartitionLog> logs, int count)
    {
        foreach (var log in logs)
        {
            while (Found.Count < count && CollectChunk(log, count))
            {
            }
        }
    }

    /// <returns>False when there is nothing more to read now.</returns>
    private bool CollectChunk(PartitionLog log, int count)
    {
        var position = _positions.GetValueOrDefault(log.TopicPartition.Partition, filter.FromOffset);
        position = Math.Max(position, log.LogStartOffset);
        var read = log.Read(position, ChunkBytes, atLeastOneBatch: true, _isolation);
        // Closed or deleted under us: whoever waits comes again. An offset behind the end will be there one day.
        if (read.Error is not ErrorCode.None || read.Slice.Length == 0)
            return false;

        var bytes = new byte[read.Slice.Length];
        read.Slice.CopyTo(0, bytes);
        for (var rest = bytes.AsMemory(); !rest.IsEmpty; rest = rest[new RecordBatch(rest.Span).SizeInBytes..])
        {
            if (!CollectBatch(log.TopicPartition.Partition, rest, read.Aborted, ref position, count))
                break;
        }

        _positions[log.TopicPartition.Partition] = position;
        return true;
    }

    /// <returns>False when enough was found before its end.</returns>
    private bool CollectBatch(int partition, ReadOnlyMemory<byte> bytes, IReadOnlyList<AbortedTransaction> aborted, ref long position, int count)
    {
        var batch = new RecordBatch(bytes.Span);
        foreach (var record in batch.IsControl || IsAborted(batch, aborted) ? [] : RecordBatchReader.Read(bytes[..batch.SizeInBytes]))
        {
            if (record.Offset < position)
                continue;
            if (Found.Count == count)
                return false;
            position = record.Offset + 1;
            var made = Public(partition, record);
            if (filter.Where?.Invoke(made) != false)
                Found.Add(made);
        }

        position = Math.Max(position, batch.NextOffset);
        return true;
    }

    private static bool IsAborted(in RecordBatch batch, IReadOnlyList<AbortedTransaction> aborted)
    {
        if (!batch.IsTransactional)
            return false;
        foreach (var transaction in aborted)
        {
            if (transaction.ProducerId == batch.ProducerId && transaction.FirstOffset <= batch.BaseOffset && batch.BaseOffset < transaction.LastOffset)
                return true;
        }

        return false;
    }

    private static KafkaRecord Public(int partition, Record record) => new()
    {
        Partition = partition,
        Offset = record.Offset,
        Timestamp = record.TimestampMs < 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(record.TimestampMs),
        Key = record.Key?.ToArray(),
        Value = record.Value?.ToArray(),
        Headers = [.. record.Headers.Select(header => new KafkaHeader(header.Key, header.Value?.ToArray()))],
    };
}
