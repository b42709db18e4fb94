using Kafkadog.Broker.Protocol;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>
/// Compaction in the background: picks the dirtiest log that is due, cleans it, notes how far it got, and waits when there is
/// nothing to do. A log that cannot be cleaned is said so once and left alone until the broker is restarted; the others go on.
/// </summary>
internal sealed partial class LogCleaner(
    CleanerOptions options, Func<IEnumerable<PartitionLog>> logs, Action writeCheckpoint, TimeProvider time, ILogger logger)
{
    private readonly CleanerThrottle _throttle = new(options.MaxBytesPerSecond, time);
    private readonly Lock _lock = new();
    private readonly HashSet<PartitionLog> _inProgress = [];
    private CleanerStatistics _statistics;
    private long _lastRun = time.GetTimestamp();

    public CleanerStatistics Statistics
    {
        get
        {
            var uncleanable = logs().Where(l => l.UncleanableBecause is not null).ToList();
            lock (_lock)
            {
                return _statistics with
                {
                    SinceLastRun = time.GetElapsedTime(_lastRun),
                    UncleanablePartitions = uncleanable.Count,
                    UncleanableBytes = uncleanable.Sum(l => l.SizeInBytes),
                };
            }
        }
    }

    public Task RunAsync(CancellationToken cancellationToken) => options.IsEnabled
        ? Task.WhenAll(Enumerable.Range(0, options.Threads).Select(_ => Task.Run(() => RepeatAsync(cancellationToken), CancellationToken.None)))
        : Task.CompletedTask;

    /// <summary>Cleans the dirtiest log that is due.</summary>
    /// <returns>False when there was none.</returns>
    public async Task<bool> CleanDirtiestAsync(CancellationToken cancellationToken = default)
    {
        if (TakeDirtiest() is not { } dirty)
            return false;
        try
        {
            await CleanAsync(dirty, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
                _inProgress.Remove(dirty.Log);
        }

        return true;
    }

    private async Task RepeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (!await CleanDirtiestAsync(cancellationToken).ConfigureAwait(false))
                    await Task.Delay(options.Backoff, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    private CleanableLog? TakeDirtiest()
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_lock)
        {
            _lastRun = time.GetTimestamp();
            var found = new List<CleanableLog>();
            foreach (var log in logs())
            {
                if (!log.Config.IsCompacted || log.UncleanableBecause is not null || _inProgress.Contains(log))
                    continue;
                try
                {
                    found.Add(CleanableLog.Of(log, log.ViewForCleaning(), nowMs));
                }
                catch (StorageException e)
                {
                    GiveUp(log, e);
                }
            }

            _statistics = _statistics with { MaxDirtyRatio = found.Count == 0 ? 0 : found.Max(l => l.DirtyRatio) };
            var dirtiest = found.Where(l => l.MustClean).MaxBy(l => l.DirtyRatio);
            if (dirtiest is not null)
                _inProgress.Add(dirtiest.Log);
            return dirtiest;
        }
    }

    private async Task CleanAsync(CleanableLog dirty, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var map = new OffsetMap(options.DedupeBufferBytes / Math.Max(1, options.Threads), options.LoadFactor);
        // Half for reading, half for writing.
        var cleaning = new LogCleaning(map, _throttle, Math.Max(4096, options.IoBufferBytes / Math.Max(1, options.Threads) / 2), time);
        try
        {
            if (await cleaning.CleanAsync(dirty, cancellationToken).ConfigureAwait(false) is not { } result)
            {
                // Retention, DeleteRecords or a deletion was quicker: there is a next time.
                CleaningAbandoned(logger, dirty.Log.TopicPartition, "it has lost segments meanwhile");
                return;
            }

            dirty.Log.CleanedTo = result.CleanedTo;
            writeCheckpoint();
            var duration = time.GetElapsedTime(began);
            lock (_lock)
            {
                _statistics = _statistics with
                {
                    Cleanings = _statistics.Cleanings + 1,
                    BytesRead = _statistics.BytesRead + result.BytesRead,
                    BytesKept = _statistics.BytesKept + result.BytesKept,
                    LastDuration = duration,
                    LastRecopyRatio = result.BytesRead == 0 ? 1 : (double)result.BytesKept / result.BytesRead,
                    LastUtilization = result.Utilization,
                };
            }

            LogCleaned(logger, dirty.Log.TopicPartition, dirty.FirstDirtyOffset, result.CleanedTo, result.BytesRead, result.BytesKept, duration.TotalMilliseconds);
        }
        catch (Exception e) when (e is StorageException or ProtocolException or IOException or UnauthorizedAccessException)
        {
            if (IsGone(dirty))
                CleaningAbandoned(logger, dirty.Log.TopicPartition, e.Message);
            else
                GiveUp(dirty.Log, e);
        }
    }

    // Files that were deleted under the cleaner's hands are no failure.
    private static bool IsGone(CleanableLog dirty)
    {
        var now = dirty.Log.ViewForCleaning();
        return now.Segments is not [var oldest, ..] || oldest.Segment.BaseOffset > dirty.View.Segments[0].Segment.BaseOffset;
    }

    private void GiveUp(PartitionLog log, Exception cause)
    {
        log.UncleanableBecause = cause.Message;
        LogUncleanable(logger, log.TopicPartition, cause);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Partition}: cleaned offsets {From} to {To}, {BytesRead} bytes became {BytesKept} in {DurationMs:F0} ms")]
    private static partial void LogCleaned(ILogger logger, TopicPartition partition, long from, long to, long bytesRead, long bytesKept, double durationMs);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Partition}: cleaning was given up for now: {Reason}")]
    private static partial void CleaningAbandoned(ILogger logger, TopicPartition partition, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Partition} cannot be compacted and is left alone until the broker is restarted; it is served as before and grows")]
    private static partial void LogUncleanable(ILogger logger, TopicPartition partition, Exception cause);
}
