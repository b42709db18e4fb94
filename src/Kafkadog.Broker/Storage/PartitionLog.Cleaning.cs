using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage.Cleaning;

namespace Kafkadog.Broker.Storage;

internal sealed partial class PartitionLog
{
    private long _cleanedTo;

    /// <summary>Compaction has looked at every record below this offset.</summary>
    public long CleanedTo { get => Volatile.Read(ref _cleanedTo); internal set => Volatile.Write(ref _cleanedTo, value); }

    /// <summary>Why compaction leaves the partition alone until the broker is restarted; null when it does not.</summary>
    public string? UncleanableBecause { get; internal set; }

    /// <summary>The segments that can be cleaned: whole, closed, and below the last stable offset.</summary>
    public CleaningView ViewForCleaning()
    {
        lock (_lock)
        {
            var closed = new List<ClosedSegment>();
            if (Unavailable is ErrorCode.None)
            {
                var stable = Math.Min(HighWatermark, LastStableOffset);
                for (var at = 0; at + 1 < _segments.Length && _segments[at + 1].BaseOffset <= stable; at++)
                    closed.Add(new(_segments[at], _segments[at + 1].BaseOffset, _segments[at].Largest.TimestampMs, _segments[at].ReadFirstTimestampMs()));
            }

            return new(closed, LogStartOffset, LogEndOffset, CleanedTo, Config);
        }
    }

    /// <summary>The last record of each producer that is not forgotten yet.</summary>
    public Dictionary<long, LastRecord> LastRecordsOfProducers()
    {
        lock (_lock)
            return _producers.All.ToDictionary(p => p.ProducerId, p => new LastRecord(p.Last?.LastOffset, p.Epoch));
    }

    /// <summary>The transactions with a record or marker in that range that were aborted.</summary>
    public List<AbortedTransaction> AbortedWithin(long fromOffset, long toOffset)
    {
        var found = new List<AbortedTransaction>();
        // Those with a marker before it are of no interest, whatever order the indexes are in.
        foreach (var segment in _segments)
            segment.TransactionIndex.Collect(fromOffset, toOffset, found);
        return found;
    }

    /// <summary>An empty segment that is no part of the log until <see cref="Replace"/>.</summary>
    public LogSegment NewCleanedSegment(long baseOffset)
    {
        var segment = new LogSegment(_environment.OpenFiles, _directory, baseOffset, LogFormat.CleanedSuffix);
        segment.Create();
        return segment;
    }

    /// <summary>
    /// Puts a cleaned segment, flushed and sealed, in the place of neighbours. Whenever the process dies, the next start finds either
    /// all of the old ones or the whole new one; <see cref="CleanedFiles"/> tells how.
    /// </summary>
    /// <returns>False when the log has changed meanwhile and the cleaned segment is of no use.</returns>
    /// <exception cref="StorageException">The disk refused before anything had changed.</exception>
    public bool Replace(IReadOnlyList<LogSegment> old, LogSegment cleaned)
    {
        cleaned.Rename(LogFormat.SwapSuffix);
        Files.FlushDirectory(_directory);
        lock (_lock)
        {
            if (!Holds(old))
                return false;
            try
            {
                foreach (var segment in old)
                    segment.MarkDeleted();
                cleaned.Rename("");
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                Fail(StorageException.From(e, $"Cannot replace segments of {TopicPartition}"));
                return false;
            }

            var at = Array.IndexOf(_segments, old[0]);
            _segments = [.. _segments[..at], cleaned, .. _segments[(at + old.Count)..]];
            _unflushed.RemoveAll(old.Contains);
        }

        Files.FlushDirectory(_directory);
        foreach (var segment in old)
            _environment.Deletions.Schedule(Config.FileDeleteDelay, segment.Log.Path, segment.Delete);
        return true;
    }

    /// <summary>True while these segments are part of the log, side by side. Guarded by the lock.</summary>
    private bool Holds(IReadOnlyList<LogSegment> segments)
    {
        var at = Array.IndexOf(_segments, segments[0]);
        return Unavailable is ErrorCode.None && at >= 0 && _segments.Skip(at).Take(segments.Count).SequenceEqual(segments);
    }
}
