namespace Kafkadog.Broker.Storage;

internal sealed partial class PartitionLog
{
    private readonly Lock _flushLock = new();
    private readonly List<LogSegment> _unflushed = []; // sealed since the last flush
    private readonly List<PendingAppend> _awaitingFlush = [];
    private long _recoveryPoint;
    private int _dirty;

    /// <summary>Every byte below this offset is on the disk.</summary>
    public long RecoveryPoint => Volatile.Read(ref _recoveryPoint);

    /// <summary>Called by <see cref="LogFlusher"/>: forces what is written to the disk, then answers the appends that wait for it.</summary>
    public void Flush()
    {
        Volatile.Write(ref _dirty, 0);
        List<PendingAppend> answered = [];
        lock (_flushLock)
        {
            LogOffsetMetadata end;
            List<LogSegment> segments;
            lock (_lock)
            {
                if (_failure is not null || _segments.Length == 0)
                    return;
                end = _logEnd;
                segments = [.. _unflushed];
            }

            StorageException? failure = null;
            try
            {
                foreach (var segment in segments)
                    FlushUnlessDeleted(segment);
                FlushUnlessDeleted(end.Segment!);
                if (segments.Count > 0 || RecoveryPoint == 0)
                    _environment.Files.FlushDirectory(_directory);
            }
            catch (StorageException e)
            {
                failure = e;
            }

            lock (_lock)
            {
                if (failure is null)
                    Flushed(end, segments, answered);
                else
                    FlushFailed(failure, answered);
            }
        }

        if (IsDurable || _failure is not null)
            Observers.Notify(this);
        answered.ForEach(static a => a.Complete());
    }

    private void FlushUnlessDeleted(LogSegment segment)
    {
        try
        {
            segment.Flush();
        }
        catch (StorageException) when (!_segments.Contains(segment))
        {
            // Retention took the file meanwhile: there is nothing left to keep.
        }
    }

    private void Flushed(LogOffsetMetadata end, List<LogSegment> segments, List<PendingAppend> answered)
    {
        _unflushed.RemoveAll(segments.Contains);
        Volatile.Write(ref _recoveryPoint, Math.Max(_recoveryPoint, end.Offset));
        if (IsDurable)
            MoveHighWatermark(end);
        answered.AddRange(_awaitingFlush.Where(a => a.LastOffset < end.Offset));
        _awaitingFlush.RemoveAll(a => a.LastOffset < end.Offset);
    }

    private void FlushFailed(StorageException cause, List<PendingAppend> answered)
    {
        Fail(cause);
        foreach (var append in _awaitingFlush)
            append.Result = AppendResult.Failed(Protocol.ErrorCode.KafkaStorageError, cause.Message);
        answered.AddRange(_awaitingFlush);
        _awaitingFlush.Clear();
    }

    private void MarkDirty()
    {
        if (Interlocked.Exchange(ref _dirty, 1) == 0)
            _environment.Flusher.Enqueue(this);
    }
}
