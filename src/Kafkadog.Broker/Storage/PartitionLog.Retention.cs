using Kafkadog.Broker.Protocol;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage;

internal sealed partial class PartitionLog
{
    private readonly List<long> _snapshots = []; // offsets of snapshot files, ascending

    /// <summary>
    /// Moves the log start; -1 means the high watermark. Never splits a batch: readers below the start are refused, the bytes
    /// go with their segment. Errors: OFFSET_OUT_OF_RANGE, POLICY_VIOLATION on a topic that is only compacted, KAFKA_STORAGE_ERROR.
    /// </summary>
    public DeleteRecordsResult DeleteRecords(long beforeOffset)
    {
        lock (_lock)
        {
            if (Unavailable is var error and not ErrorCode.None)
                return new(error, -1);
            if (!Config.IsDeletedByRetention)
                return new(ErrorCode.PolicyViolation, -1);
            var to = beforeOffset == -1 ? HighWatermark : beforeOffset;
            if (to < 0 || to > HighWatermark)
                return new(ErrorCode.OffsetOutOfRange, -1);
            Volatile.Write(ref _logStartOffset, Math.Max(_logStartOffset, to));
        }

        DeleteOldSegments(belowLogStartOnly: true);
        Observers.Notify(this);
        try
        {
            _environment.WriteCheckpoints(); // deleted records must not come back after a crash
        }
        catch (StorageException)
        {
            return new(ErrorCode.KafkaStorageError, -1);
        }

        return _failure is null ? new(ErrorCode.None, LogStartOffset) : new(ErrorCode.KafkaStorageError, -1);
    }

    /// <summary>Deletes whole segments below the log start, older than <c>retention.ms</c>, or above <c>retention.bytes</c>; forgets expired producers.</summary>
    public void ApplyRetention() => DeleteOldSegments(belowLogStartOnly: false);

    private void DeleteOldSegments(bool belowLogStartOnly)
    {
        var before = LogStartOffset;
        lock (_lock)
        {
            if (Unavailable is not ErrorCode.None)
                return;
            _producers.Expire(_environment.NowMs - (long)_environment.Options.ProducerIdExpiration.TotalMilliseconds);
            try
            {
                var count = CountDeletable(belowLogStartOnly);
                if (count == _segments.Length)
                    Roll(LogEndOffset);
                DeleteSegments(count);
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                Fail(StorageException.From(e, $"Cannot delete old segments of {TopicPartition}"));
            }
        }

        if (LogStartOffset != before || _failure is not null)
            Observers.Notify(this);
    }

    private int CountDeletable(bool belowLogStartOnly)
    {
        var config = Config;
        var now = _environment.NowMs;
        var excess = config is { IsDeletedByRetention: true, RetentionBytes: >= 0 } ? SizeInBytes - config.RetentionBytes : 0;
        var count = 0;
        for (; count < _segments.Length; count++)
        {
            var segment = _segments[count];
            var end = count + 1 < _segments.Length ? _segments[count + 1].BaseOffset : LogEndOffset;
            if (end > HighWatermark || segment.Size == 0)
                break;
            var expired = config is { IsDeletedByRetention: true, RetentionMs: >= 0 } && now - AgeTimestamp(segment) > config.RetentionMs;
            if (!(end <= LogStartOffset && segment != Active) && (belowLogStartOnly || (!expired && excess < segment.Size)))
                break;
            excess -= segment.Size;
        }

        return count;
    }

    // Records may carry no timestamp; then the file's own time tells its age.
    private static long AgeTimestamp(LogSegment segment) => segment.Largest.TimestampMs is >= 0 and var timestamp
        ? timestamp
        : new DateTimeOffset(segment.Log.LastWriteTimeUtc).ToUnixTimeMilliseconds();

    private void DeleteSegments(int count)
    {
        if (count == 0)
            return;
        var deleted = _segments[..count];
        _segments = _segments[count..];
        _unflushed.RemoveAll(deleted.Contains);
        Volatile.Write(ref _logStartOffset, Math.Max(_logStartOffset, _segments[0].BaseOffset));
        _epochs.TruncateStart(LogStartOffset);
        _epochs.Save();
        DropSnapshots(keep: 2);
        foreach (var segment in deleted)
        {
            segment.MarkDeleted();
            _environment.Deletions.Schedule(Config.FileDeleteDelay, segment.Log.Path, segment.Delete);
        }

        SegmentsDeleted(_environment.Logger, TopicPartition, count, LogStartOffset);
    }

    private void SaveProducers(long offset, bool flush)
    {
        ProducerSnapshot.Write(Files, SnapshotPath(offset), _producers, flush);
        _snapshots.Remove(offset);
        _snapshots.Add(offset);
        DropSnapshots(keep: 2);
    }

    private void DropSnapshots(int keep)
    {
        for (; _snapshots.Count > keep; _snapshots.RemoveAt(0))
            Files.Delete(SnapshotPath(_snapshots[0]));
    }

    private string SnapshotPath(long offset) => Path.Combine(_directory, LogFormat.FileName(offset, LogFormat.SnapshotSuffix));

    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition}: deleted {Count} segments, log start offset is {LogStartOffset}")]
    private static partial void SegmentsDeleted(ILogger logger, TopicPartition partition, int count, long logStartOffset);
}
