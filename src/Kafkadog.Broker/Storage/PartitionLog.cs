namespace Kafkadog.Broker.Storage;

/// <summary>
/// The log of one partition: record batches in segments, as they came off the wire. One writer at a time, whichever thread
/// appends first writes for all that queued meanwhile; reads take no lock.
/// </summary>
internal sealed class PartitionLog
{
    public TopicPartition TopicPartition => throw new NotSupportedException();
    public Guid TopicId => throw new NotSupportedException();
    /// <summary>The epoch batches are stamped with: 0 for a new partition, one more at every start of the broker.</summary>
    public int LeaderEpoch => throw new NotSupportedException();
    public TopicConfig Config => throw new NotSupportedException();
    public long LogStartOffset => throw new NotSupportedException();
    public long LogEndOffset => throw new NotSupportedException();
    public long HighWatermark => throw new NotSupportedException();
    public long LastStableOffset => throw new NotSupportedException();
    /// <summary>Bytes in all segments.</summary>
    public long SizeInBytes => throw new NotSupportedException();
    /// <summary>Why the partition answers KAFKA_STORAGE_ERROR, or null when it works.</summary>
    public StorageException? Failure => throw new NotSupportedException();
    public PartitionObservers Observers => throw new NotSupportedException();

    /// <summary>
    /// Appends one record batch. <paramref name="batch"/> is not changed and must stay valid until the task completes, which is
    /// when the bytes are in the file (<see cref="FlushMode.Durable"/> with <see cref="RequiredAcks.All"/>: on the disk).
    /// </summary>
    public ValueTask<AppendResult> AppendAsync(
        ReadOnlyMemory<byte> batch, RequiredAcks acks = RequiredAcks.All, AppendOrigin origin = AppendOrigin.Client) =>
        throw new NotSupportedException();

    /// <summary>
    /// Finds whole batches from the one that contains <paramref name="offset"/> on. With <paramref name="atLeastOneBatch"/> the first
    /// batch is returned even if larger than <paramref name="maxBytes"/>. Errors: OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR.
    /// </summary>
    public LogRead Read(long offset, int maxBytes, bool atLeastOneBatch, FetchIsolation isolation = FetchIsolation.HighWatermark) =>
        throw new NotSupportedException();

    /// <summary>ListOffsets: -1 latest, -2 earliest, -3 record with the largest timestamp, -4 earliest local, or the first record at or after a timestamp.</summary>
    public TimestampOffset OffsetForTimestamp(long timestampMs, FetchIsolation isolation = FetchIsolation.HighWatermark) =>
        throw new NotSupportedException();

    public EpochEndOffset OffsetForLeaderEpoch(int epoch) => throw new NotSupportedException();

    /// <summary>Moves the log start; -1 means the high watermark. Errors: OFFSET_OUT_OF_RANGE, POLICY_VIOLATION on a compacted-only topic, KAFKA_STORAGE_ERROR.</summary>
    public DeleteRecordsResult DeleteRecords(long beforeOffset) => throw new NotSupportedException();

    /// <summary>Reads whole batches in order up to the log end, for replay; dispose it.</summary>
    public LogReader OpenReader(long fromOffset) => throw new NotSupportedException();
}
