namespace Kafkadog.Broker.Storage;

internal sealed partial class PartitionLog
{
    private readonly Lock _flushLock = new();
    private readonly List<LogSegment> _unflushed = []; // sealed since the last flush
    private readonly List<PendingAppend> _awaitingFlush = [];
    private long _recoveryPoint;
    private int _dirty;
    private bool _directoryIsFlushed; // guarded by the flush lock
    private ITimer? _flushTimer;
    private volatile bool _flushIsDue;

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
                var isNew = RecoveryPoint == 0 && !_directoryIsFlushed;
                if (segments.Count > 0 || isNew)
                    Files.FlushDirectory(_directory);
                if (isNew)
                    FlushNewDirectory();
                _directoryIsFlushed = true;
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                failure = StorageException.From(e, $"Cannot flush {TopicPartition}");
            }

            lock (_lock)
            {
                if (failure is null)
                    Flushed(end, segments, answered);
                else
                    Fail(failure);
            }
        }

        if (IsDurable || _failure is not null)
            Observers.Notify(this);
        answered.ForEach(static a => a.Complete());
    }

    // A log whose directory nobody finds any more, or whose topic nobody knows, is lost as well.
    private void FlushNewDirectory()
    {
        using (var metadata = Files.Open(Path.Combine(_directory, LogFormat.PartitionMetadata), FileMode.Open))
            metadata.Flush();
        Files.FlushDirectory(_environment.Options.DataDirectory);
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

    /// <summary><c>flush.ms</c>: once in a while, counted from the first write since the last flush.</summary>
    private void FlushAfter(long flushMs)
    {
        // Durable flushes at once, and a timer holds less than 64 bits of milliseconds.
        if (flushMs >= uint.MaxValue - 1 || IsDurable || _flushIsDue)
            return;
        _flushIsDue = true;
        _flushTimer ??= _environment.Time.CreateTimer(static log => ((PartitionLog)log!).FlushDue(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _flushTimer.Change(TimeSpan.FromMilliseconds(flushMs), Timeout.InfiniteTimeSpan);
    }

    private void FlushDue()
    {
        _flushIsDue = false;
        _environment.Flusher.EnqueueNow(this);
    }

    private void MarkDirty()
    {
        if (Interlocked.Exchange(ref _dirty, 1) == 0)
            _environment.Flusher.Enqueue(this);
    }
}
