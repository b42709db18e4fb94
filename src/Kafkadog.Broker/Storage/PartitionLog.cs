using System.Buffers;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// The log of one partition: record batches in segments, as they came off the wire. One writer at a time, whichever thread
/// appends first writes for all that queued meanwhile; reads take no lock. Everything that changes the log happens under
/// <c>_lock</c>; fsync happens outside it.
/// </summary>
internal sealed partial class PartitionLog
{
    /// <summary>How much queued appends may grow one write.</summary>
    private const int MaxGroupBytes = 1024 * 1024;

    private readonly LogEnvironment _environment;
    private readonly string _directory;
    private readonly Lock _queueLock = new();
    private readonly Queue<PendingAppend> _queue = new();
    private readonly List<PendingAppend> _group = []; // what is taken off the queue and written at once
    private bool _writing;

    private readonly Lock _lock = new();
    private readonly LeaderEpochs _epochs;
    private readonly ProducerStates _producers = new();
    private volatile LogSegment[] _segments = [];
    private volatile LogOffsetMetadata _logEnd = LogOffsetMetadata.Unknown;
    private volatile LogOffsetMetadata _highWatermark = LogOffsetMetadata.Unknown;
    private long _logStartOffset;
    private long _activeSinceMs;
    private long? _activeJitterMs; // of the active segment, chosen once
    private volatile TopicConfig _config;
    private volatile StorageException? _failure;
    private ErrorCode _gone; // why appends and reads are refused after Close or Delete

    private PartitionLog(LogEnvironment environment, TopicPartition partition, Guid topicId, TopicConfig config, int leaderEpoch)
    {
        (_environment, TopicPartition, TopicId, _config, LeaderEpoch) = (environment, partition, topicId, config, leaderEpoch);
        _directory = Path.Combine(environment.Options.DataDirectory, partition.ToString());
        _epochs = new LeaderEpochs(environment.Files, Path.Combine(_directory, LogFormat.LeaderEpochs));
    }

    public TopicPartition TopicPartition { get; }
    public Guid TopicId { get; }

    /// <summary>The epoch batches are stamped with: 0 for a new partition, one more at every start of the broker.</summary>
    public int LeaderEpoch { get; }

    public TopicConfig Config { get => _config; internal set => _config = value; }
    public long LogStartOffset => Volatile.Read(ref _logStartOffset);
    public long LogEndOffset => _logEnd.Offset;

    /// <summary>What consumers may read up to: the log end, in <see cref="FlushMode.Durable"/> the flushed end.</summary>
    public long HighWatermark => _highWatermark.Offset;

    /// <summary>Bytes in all segments.</summary>
    public long SizeInBytes => _segments.Sum(s => s.Size);

    /// <summary>Why the partition answers KAFKA_STORAGE_ERROR, or null when it works.</summary>
    public StorageException? Failure => _failure;

    public PartitionObservers Observers { get; } = new();

    private Files.IFileStore Files => _environment.Files;
    private LogSegment Active => _segments[^1];
    private bool IsDurable => _environment.Options.FlushMode is FlushMode.Durable;

    /// <summary>
    /// Appends one record batch. <paramref name="batch"/> is not changed and must stay valid until the task completes, which is
    /// when the bytes are in the file (<see cref="FlushMode.Durable"/> with <see cref="RequiredAcks.All"/>: on the disk).
    /// </summary>
    /// <param name="guard">From <see cref="StartVerification"/>: the coordinator has confirmed the transaction that a client's batch begins here.</param>
    public ValueTask<AppendResult> AppendAsync(
        ReadOnlyMemory<byte> batch, RequiredAcks acks = RequiredAcks.All, AppendOrigin origin = AppendOrigin.Client, VerificationGuard? guard = null)
    {
        var config = Config;
        if (BatchValidation.Check(batch, config, origin, _environment.NowMs, TopicPartition) is { } invalid)
            return new(invalid);
        if (config.Compression is not null && BatchRecompression.IsNeeded(new RecordBatch(batch.Span), config) && Recompress(ref batch, config, origin) is { } failed)
            return new(failed);
        if (acks is RequiredAcks.All && origin is AppendOrigin.Client && config.MinInsyncReplicas > 1)
            return new(AppendResult.Failed(ErrorCode.NotEnoughReplicas, $"{TopicConfigs.MinInsyncReplicas} is {config.MinInsyncReplicas} and this broker is the only replica"));

        var append = new PendingAppend(batch, acks, origin, guard);
        lock (_queueLock)
        {
            _queue.Enqueue(append);
            if (_writing)
            {
                append.Postpone();
                return append.Answer;
            }

            _writing = true;
        }

        WriteQueued();
        return append.Answer;
    }

    private AppendResult? Recompress(ref ReadOnlyMemory<byte> batch, TopicConfig config, AppendOrigin origin)
    {
        try
        {
            batch = BatchRecompression.Recompress(batch, config);
        }
        catch (ProtocolException e)
        {
            return AppendResult.Failed(ErrorCode.CorruptMessage, e.Message);
        }

        // It may have grown.
        return BatchValidation.Check(batch, config, origin, _environment.NowMs, TopicPartition);
    }

    private void WriteQueued()
    {
        lock (_queueLock)
        {
            for (var bytes = 0; _queue.TryPeek(out var next) && (_group.Count == 0 || bytes + next.Batch.Length <= MaxGroupBytes); bytes += next.Batch.Length)
                _group.Add(_queue.Dequeue());
        }

        Write(_group);
        _group.Clear();

        bool more;
        lock (_queueLock)
            more = _writing = _queue.Count > 0;
        if (more)
            ThreadPool.UnsafeQueueUserWorkItem(static log => log.WriteQueued(), this, preferLocal: false);
    }

    private void Write(List<PendingAppend> group)
    {
        var highWatermark = HighWatermark;
        lock (_lock)
        {
            try
            {
                if (Unavailable is var error and not ErrorCode.None)
                    Refuse(group, AppendResult.Failed(error));
                else
                    WriteLocked(group);
            }
            catch (Exception e)
            {
                // Whatever it was, the file and our account of it may differ now.
                Fail(StorageException.From(e, $"Cannot append to {TopicPartition}"));
                Refuse(group, AppendResult.Failed(ErrorCode.KafkaStorageError, _failure!.Message));
            }

            // Under the lock, so that no flush can pass between the look and the wait.
            var flushesNow = _failure is null && LogEndOffset - RecoveryPoint >= Config.FlushMessages;
            foreach (var append in group)
            {
                append.MustWait = append.Result.Error is ErrorCode.None
                    && ((IsDurable && append.Acks is RequiredAcks.All && append.LastOffset >= HighWatermark) || (flushesNow && append.LastOffset >= RecoveryPoint));
                if (append.MustWait)
                {
                    append.Postpone();
                    _awaitingFlush.Add(append);
                }
            }

            if (flushesNow)
                _environment.Flusher.EnqueueNow(this);
        }

        if (HighWatermark != highWatermark || _failure is not null)
            Observers.Notify(this);
        foreach (var append in group)
        {
            if (!append.MustWait)
                append.Complete();
        }
    }

    private static void Refuse(List<PendingAppend> group, AppendResult result) => group.ForEach(a => a.Result = result);

    private void WriteLocked(List<PendingAppend> group)
    {
        var config = Config;
        var now = _environment.NowMs;
        var buffer = ArrayPool<byte>.Shared.Rent(group.Sum(a => a.Batch.Length));
        try
        {
            var (length, offset) = (0, LogEndOffset);
            foreach (var append in group)
            {
                if (AnsweredByProducerState(append))
                    continue;
                var incoming = new RecordBatch(append.Batch.Span);
                if (MustRoll(config, length, offset, incoming, config.IsLogAppendTime ? now : incoming.MaxTimestamp))
                {
                    WriteOut(buffer.AsSpan(0, length), offset);
                    length = 0;
                    Roll(offset);
                }

                var bytes = buffer.AsSpan(length, append.Batch.Length);
                append.Batch.Span.CopyTo(bytes);
                RecordBatch.PatchPlace(bytes, offset, LeaderEpoch);
                if (config.IsLogAppendTime)
                    RecordBatch.PatchLogAppendTime(bytes, now);

                var batch = new RecordBatch(bytes);
                Track(batch, bytes, Active, (int)Active.Size + length);
                Active.AppendToIndexes(batch, (int)Active.Size + length, config.IndexIntervalBytes);
                append.Result = new(ErrorCode.None, offset, config.IsLogAppendTime ? now : -1, LogStartOffset);
                append.LastOffset = batch.LastOffset;
                offset = batch.NextOffset;
                length += bytes.Length;
            }

            WriteOut(buffer.AsSpan(0, length), offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool AnsweredByProducerState(PendingAppend append)
    {
        var (error, duplicate) = _producers.Check(new RecordBatch(append.Batch.Span), append.Origin, append.Guard);
        if (error is not ErrorCode.None)
            append.Result = AppendResult.Failed(error) with { LogStartOffset = LogStartOffset };
        else if (duplicate is { } first)
            (append.Result, append.LastOffset) = (new(ErrorCode.None, first.BaseOffset, first.TimestampMs, LogStartOffset), first.LastOffset);
        else
            return false;
        return true;
    }

    private bool MustRoll(TopicConfig config, int ahead, long offset, in RecordBatch batch, long timestampMs) =>
        Active.Size + ahead > 0
        && (Active.Size + ahead + batch.SizeInBytes > config.SegmentBytes
            || offset + batch.LastOffsetDelta - Active.BaseOffset > int.MaxValue
            || Active.OffsetIndex.Entries.SizeInBytes + LogFormat.OffsetIndexEntrySize > config.SegmentIndexBytes
            || Active.TimeIndex.Entries.SizeInBytes + LogFormat.TimeIndexEntrySize > config.SegmentIndexBytes
            || Age(timestampMs) > config.RollMs - RollJitterMs(config));

    // By the clock of the records, or the broker's where they have no timestamps.
    private long Age(long timestampMs) => Active.FirstTimestampMs switch
    {
        null => 0,
        < 0 => _environment.NowMs - _activeSinceMs,
        { } first => timestampMs - first,
    };

    private long RollJitterMs(TopicConfig config) =>
        _activeJitterMs ??= Math.Min(config.SegmentJitterMs, config.RollMs) is > 0 and var most ? _environment.Random.NextInt64(most) : 0;

    private void SetActive(LogSegment[] segments)
    {
        _segments = segments;
        (_activeSinceMs, _activeJitterMs) = (_environment.NowMs, null);
    }

    private void WriteOut(ReadOnlySpan<byte> bytes, long logEndOffset)
    {
        if (bytes.IsEmpty)
            return;
        _epochs.Save();
        var size = Active.Size;
        Active.Log.Write(bytes, size);
        Active.Publish(size + bytes.Length);
        _logEnd = new(logEndOffset, Active, size + bytes.Length);
        if (!IsDurable)
            MoveHighWatermark(_logEnd);
        if (_environment.Options.FlushMode is not FlushMode.Os)
            MarkDirty();
        FlushAfter(Config.FlushMs);
    }

    /// <summary>Begins a new segment; the old one is flushed in the background.</summary>
    private void Roll(long baseOffset)
    {
        var sealedOne = Active;
        sealedOne.Seal();
        sealedOne.TransactionIndex.Seal();
        _unflushed.Add(sealedOne);
        var active = new LogSegment(_environment.OpenFiles, _directory, baseOffset);
        active.Create();
        SaveProducers(baseOffset, flush: false);
        SetActive([.. _segments, active]);
        _logEnd = new(baseOffset, active, 0);
        if (!IsDurable)
            MoveHighWatermark(_logEnd);
        MarkDirty();
        SegmentRolled(_environment.Logger, TopicPartition, baseOffset);
    }

    private ErrorCode Unavailable => _failure is not null ? ErrorCode.KafkaStorageError : _gone;

    /// <summary>Stops the partition: after a failed write or flush nobody knows what is on the disk, so nothing is tried again.</summary>
    private void Fail(StorageException cause)
    {
        if (_failure is not null)
            return;
        _failure = cause;
        // No flush will answer them any more.
        foreach (var append in _awaitingFlush)
        {
            append.Result = AppendResult.Failed(ErrorCode.KafkaStorageError, cause.Message);
            append.Complete();
        }

        _awaitingFlush.Clear();
        PartitionFailed(_environment.Logger, TopicPartition, cause);
    }

    private sealed class PendingAppend(ReadOnlyMemory<byte> batch, RequiredAcks acks, AppendOrigin origin, VerificationGuard? guard)
    {
        private TaskCompletionSource<AppendResult>? _later;

        public ReadOnlyMemory<byte> Batch => batch;
        public RequiredAcks Acks => acks;
        public AppendOrigin Origin => origin;
        public VerificationGuard? Guard => guard;
        public AppendResult Result { get; set; }
        public long LastOffset { get; set; }
        public bool MustWait { get; set; }

        /// <summary>The result, or where it comes later, the wait for it.</summary>
        public ValueTask<AppendResult> Answer => _later is null ? new(Result) : new(_later.Task);

        /// <summary>Another thread will <see cref="Complete"/> it: to be called under the lock that hands it over.</summary>
        public void Postpone() => _later ??= new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Complete() => _later?.SetResult(Result);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Partition}: new segment at offset {BaseOffset}")]
    private static partial void SegmentRolled(ILogger logger, TopicPartition partition, long baseOffset);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Partition} is stopped until the broker is restarted")]
    private static partial void PartitionFailed(ILogger logger, TopicPartition partition, Exception cause);
}

/// <summary>An offset and where its batch lies or will lie.</summary>
internal sealed record LogOffsetMetadata(long Offset, LogSegment? Segment, long Position)
{
    public static LogOffsetMetadata Unknown { get; } = new(0, null, 0);
}
