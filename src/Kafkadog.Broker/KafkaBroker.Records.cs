using Kafkadog.Broker.Embedding;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker;

/// <summary>Records, without a client.</summary>
public sealed partial class KafkaBroker
{
    /// <summary>Writes one record of text.</summary>
    /// <inheritdoc cref="WriteAsync(string, IReadOnlyList{KafkaRecord})"/>
    public async Task<KafkaRecord> WriteAsync(string topic, string? key, string? value) => (await WriteAsync(topic, [KafkaRecord.FromText(key, value)]))[0];

    /// <summary>Writes one record.</summary>
    /// <inheritdoc cref="WriteAsync(string, IReadOnlyList{KafkaRecord})"/>
    public async Task<KafkaRecord> WriteAsync(string topic, KafkaRecord record) => (await WriteAsync(topic, [record]))[0];

    /// <summary>
    /// Writes records, those of a partition as one batch. An unknown topic is made if <see cref="BrokerOptions.AutoCreateTopics"/> says so.
    /// Faults do not touch it.
    /// </summary>
    /// <returns>The records with their partition, offset and timestamp, in the order given.</returns>
    /// <exception cref="KafkaBrokerException">The topic is unknown, or the log refused a batch; those of other partitions may be written.</exception>
    public async Task<IReadOnlyList<KafkaRecord>> WriteAsync(string topic, IReadOnlyList<KafkaRecord> records)
    {
        var state = State;
        if (!state.Topics.TryGet(topic, out var found))
        {
            if (state.Options.AutoCreateTopics)
            {
                state.Topics.Create(topic, state.Options.DefaultPartitions);
            }

            if (!state.Topics.TryGet(topic, out found))
            {
                throw new KafkaBrokerException(KafkaError.UnknownTopicOrPartition, $"There is no topic '{topic}'. CreateTopic makes it.");
            }
        }

        var now = state.Time.GetUtcNow();
        var written = new KafkaRecord[records.Count];
        foreach (var ofPartition in records.Select((record, at) => (Record: record, At: at)).GroupBy(r => PartitionOf(r.Record, found.Partitions.Count)))
        {
            var placed = ofPartition.ToList();
            var result = await AppendAsync(found, ofPartition.Key, [.. placed.Select(p => p.Record)], now);
            for (var i = 0; i < placed.Count; i++)
            {
                written[placed[i].At] = placed[i].Record with
                {
                    Partition = ofPartition.Key,
                    Offset = result.BaseOffset + i,
                    Timestamp = result.LogAppendTimeMs >= 0 ? DateTimeOffset.FromUnixTimeMilliseconds(result.LogAppendTimeMs) : placed[i].Record.Timestamp ?? now,
                };
            }
        }

        return written;
    }

    /// <summary>Waits until a topic has so many records, and reads them: partition by partition, in each by offset.</summary>
    /// <param name="topic">It need not exist yet.</param>
    /// <param name="count">How many to wait for, 0 or more; no more are returned.</param>
    /// <param name="filter">Which records count; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">There were fewer when the wait was ended; the message says how many.</exception>
    public async Task<IReadOnlyList<KafkaRecord>> ReadAsync(string topic, int count, RecordFilter? filter = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var collector = new RecordCollector(topic, filter ?? new RecordFilter());
        while (true)
        {
            // Taken first, watched second, looked at third: what comes in between fires it.
            var changed = _changed.Next;
            IReadOnlyList<PartitionLog> logs = _state is { } state ? collector.Logs(state.Topics) : [];
            using var watch = new LogWatch(logs, _changed);
            collector.Collect(logs, count);
            if (collector.Found.Count == count)
            {
                return collector.Found;
            }

            try
            {
                await changed.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException ended)
            {
                throw new OperationCanceledException($"Topic '{topic}' has {collector.Found.Count} of the {count} records waited for.", ended, cancellationToken);
            }
        }
    }

    /// <summary>Reads the records that are there now: partition by partition, in each by offset.</summary>
    /// <exception cref="KafkaBrokerException">There is no such topic.</exception>
    public IReadOnlyList<KafkaRecord> ReadAll(string topic, RecordFilter? filter = null)
    {
        var topics = State.Topics;
        if (!topics.TryGet(topic, out _))
        {
            throw new KafkaBrokerException(KafkaError.UnknownTopicOrPartition, $"There is no topic '{topic}'.");
        }

        var collector = new RecordCollector(topic, filter ?? new RecordFilter());
        collector.Collect(collector.Logs(topics), int.MaxValue);
        return collector.Found;
    }

    private static int PartitionOf(KafkaRecord record, int partitions) =>
        record.Partition ?? (record.Key is { } key ? Murmur2.Partition(key, partitions) : 0);

    private static async Task<AppendResult> AppendAsync(Topic topic, int partition, IReadOnlyList<KafkaRecord> records, DateTimeOffset now)
    {
        if ((uint)partition >= (uint)topic.Partitions.Count)
        {
            throw new KafkaBrokerException(KafkaError.UnknownTopicOrPartition, $"Topic '{topic.Name}' has partitions 0 to {topic.Partitions.Count - 1}, not {partition}.");
        }

        var batch = RecordBatchWriter.Write([.. records.Select(record => new Record(
            0,
            (record.Timestamp ?? now).ToUnixTimeMilliseconds(),
            record.Key is null ? (ReadOnlyMemory<byte>?)null : record.Key,
            record.Value is null ? (ReadOnlyMemory<byte>?)null : record.Value,
            [.. record.Headers.Select(header => new RecordHeader(header.Key, header.Value is null ? (ReadOnlyMemory<byte>?)null : header.Value))]))]);
        var result = await topic.Partitions[partition].AppendAsync(batch);
        return result.Error is ErrorCode.None
            ? result
            : throw new KafkaBrokerException((KafkaError)result.Error, $"Topic '{topic.Name}' refused the records: {result.ErrorMessage ?? result.Error.ToString()}");
    }
}
