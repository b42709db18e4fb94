using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

internal sealed partial class PartitionLog
{
    private const long Latest = -1, Earliest = -2, MaxTimestamp = -3, EarliestLocal = -4;

    /// <summary>
    /// Finds whole batches from the one that contains <paramref name="offset"/> on. With <paramref name="atLeastOneBatch"/> the first
    /// batch is returned even if larger than <paramref name="maxBytes"/>. Errors: OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR,
    /// UNKNOWN_TOPIC_OR_PARTITION once deleted, NOT_LEADER_OR_FOLLOWER once closed.
    /// </summary>
    public LogRead Read(long offset, int maxBytes, bool atLeastOneBatch, FetchIsolation isolation = FetchIsolation.HighWatermark)
    {
        if (Unavailable is var error and not ErrorCode.None)
            return LogRead.Failed(error);
        var highWatermark = _highWatermark;
        var start = LogStartOffset;
        if (offset < start || offset > LogEndOffset)
            return LogRead.Failed(ErrorCode.OffsetOutOfRange);

        var stable = StableEnd(highWatermark, start);
        var end = isolation is FetchIsolation.HighWatermark ? highWatermark : stable;
        try
        {
            var (slice, segment) = offset < end.Offset ? Find(offset, maxBytes, atLeastOneBatch, end) : default;
            var read = new LogRead(ErrorCode.None, highWatermark.Offset, stable.Offset, start, slice);
            return isolation is FetchIsolation.LastStableOffset && segment is not null ? read with { Aborted = FindAborted(offset, segment, slice, end.Offset) } : read;
        }
        catch (StorageException e)
        {
            return ReadFailed(e, offset);
        }
    }

    /// <summary>ListOffsets: -1 latest, -2 earliest, -3 record with the largest timestamp, -4 earliest local, or the first record at or after a timestamp.</summary>
    public TimestampOffset OffsetForTimestamp(long timestampMs, FetchIsolation isolation = FetchIsolation.HighWatermark)
    {
        if (Unavailable is var error and not ErrorCode.None)
            return TimestampOffset.NotFound with { Error = error };
        try
        {
            var found = timestampMs switch
            {
                Latest => At(-1, isolation is FetchIsolation.HighWatermark ? HighWatermark : LastStableOffset),
                Earliest or EarliestLocal => At(-1, LogStartOffset),
                MaxTimestamp => FindMaxTimestamp(),
                < 0 => TimestampOffset.NotFound,
                _ => FindTimestamp(timestampMs),
            };
            return isolation is FetchIsolation.LastStableOffset && timestampMs is >= 0 or MaxTimestamp && found.Offset >= LastStableOffset ? TimestampOffset.NotFound : found;
        }
        catch (StorageException e)
        {
            return TimestampOffset.NotFound with { Error = ReadFailed(e, -1).Error };
        }
    }

    /// <summary>OffsetForLeaderEpoch: the largest epoch not above the one asked for and the offset where it ended; -1 and -1 when not known.</summary>
    public EpochEndOffset OffsetForLeaderEpoch(int epoch)
    {
        lock (_lock)
            return _epochs.EndOffsetFor(epoch, LogEndOffset);
    }

    /// <summary>Reads whole batches in order up to the high watermark, for replay; dispose it.</summary>
    public LogReader OpenReader(long fromOffset) => new(this, fromOffset);

    private (LogSlice Slice, LogSegment? Segment) Find(long offset, int maxBytes, bool atLeastOneBatch, LogOffsetMetadata end)
    {
        var segments = _segments;
        for (var at = Math.Max(0, FloorSegment(segments, offset)); at < segments.Length; at++)
        {
            var segment = segments[at];
            if (segment.BaseOffset > end.Segment!.BaseOffset)
                break;
            // A sealed segment ends where it ends; the one with the high watermark ends there.
            var limit = segment == end.Segment ? end.Position : segment.Size;
            if (FindBatch(segment, offset, limit) is not { } first)
                continue; // compaction left a hole at the end of this segment
            var to = EndOfWholeBatches(segment, first.Position, first.End, maxBytes, limit, atLeastOneBatch);
            to = segment.CheckUpTo(first.Position, to);
            return (new LogSlice(segment.Log, first.Position, (int)(to - first.Position)), segment);
        }

        return default;
    }

    /// <summary>The batch with the smallest last offset at or above <paramref name="offset"/>.</summary>
    private (long Position, long End)? FindBatch(LogSegment segment, long offset, long limit)
    {
        var (from, lastOffset) = segment.OffsetIndex.BatchFor(offset);
        using var scanner = new LogScanner(segment.Log, Math.Min(from, limit), limit, LogScanner.LookupWindow);
        while (scanner.MoveNext())
        {
            if (lastOffset is { } expected && scanner.Header.LastOffset != expected)
                return FindWithoutIndex(segment, offset, limit);
            lastOffset = null;
            if (scanner.Header.LastOffset >= offset)
                return (scanner.Position, scanner.Next);
        }

        if (lastOffset is not null && from < limit)
            return FindWithoutIndex(segment, offset, limit);
        return scanner.Next == limit ? null : throw Damaged(segment, scanner.Next);
    }

    private (long Position, long End)? FindWithoutIndex(LogSegment segment, long offset, long limit)
    {
        Distrust(segment);
        return FindBatch(segment, offset, limit);
    }

    /// <summary>Where the batch with that offset begins, or the next one; the end of the segment if there is none.</summary>
    private long PositionFor(LogSegment segment, long offset) => FindBatch(segment, offset, segment.Size)?.Position ?? segment.Size;

    private bool Distrust(LogSegment segment)
    {
        if (!segment.OffsetIndex.Distrust())
            return false;
        IndexIsWrong(_environment.Logger, TopicPartition, segment.OffsetIndex.Entries.File.Path);
        return true;
    }

    private long EndOfWholeBatches(LogSegment segment, long start, long firstEnd, int maxBytes, long limit, bool atLeastOneBatch)
    {
        var wanted = start + Math.Max(0, maxBytes);
        if (wanted >= limit)
            return limit;
        if (wanted < firstEnd)
            return atLeastOneBatch ? firstEnd : start;

        using var scanner = new LogScanner(segment.Log, Math.Max(firstEnd, segment.OffsetIndex.BatchAtOrBefore(wanted)), limit, LogScanner.LookupWindow);
        while (scanner.MoveNext())
        {
            if (scanner.Next > wanted)
                return scanner.Position;
        }

        // Either the index leads nowhere or the log does: once more without the index.
        return Distrust(segment) ? EndOfWholeBatches(segment, start, firstEnd, maxBytes, limit, atLeastOneBatch) : throw Damaged(segment, scanner.Next);
    }

    private TimestampOffset FindTimestamp(long timestampMs)
    {
        var (start, end) = (LogStartOffset, HighWatermark);
        foreach (var (segment, largest) in SegmentsWithLargest())
        {
            if (largest.TimestampMs < timestampMs)
                continue;
            var from = Math.Max(start, segment.TimeIndex.OffsetAtOrBefore(timestampMs));
            using var scanner = new LogScanner(segment.Log, PositionFor(segment, from), segment.Size, LogScanner.LookupWindow);
            while (scanner.MoveNext() && scanner.Header.BaseOffset < end)
            {
                if (scanner.Header.MaxTimestamp >= timestampMs && scanner.Header.LastOffset >= start
                    && FindRecord(segment, scanner.Position, scanner.Next, r => r.TimestampMs >= timestampMs && r.Offset >= start) is { } found)
                {
                    return found;
                }
            }
        }

        return TimestampOffset.NotFound;
    }

    private TimestampOffset FindMaxTimestamp()
    {
        var end = HighWatermark;
        var candidates = SegmentsWithLargest().Where(s => s.Largest.TimestampMs >= 0).ToList();
        if (candidates.Count == 0)
            return TimestampOffset.NotFound;
        var (segment, largest) = candidates.MaxBy(s => s.Largest.TimestampMs);
        using var scanner = new LogScanner(segment.Log, PositionFor(segment, largest.Offset), segment.Size, LogScanner.LookupWindow);
        while (scanner.MoveNext() && scanner.Header.BaseOffset < end)
        {
            if (scanner.Header.LastOffset >= largest.Offset)
                return FindRecord(segment, scanner.Position, scanner.Next, r => r.TimestampMs >= largest.TimestampMs) ?? TimestampOffset.NotFound;
        }

        return TimestampOffset.NotFound;
    }

    /// <summary>The first matching record of a batch, which has to be read and perhaps decompressed for that.</summary>
    private TimestampOffset? FindRecord(LogSegment segment, long position, long end, Predicate<Record> matches)
    {
        var bytes = new byte[end - position];
        segment.Log.ReadExactly(bytes, position);
        var batch = new RecordBatch(bytes);
        if (batch.Crc != batch.ComputeCrc())
            throw Damaged(segment, position);
        try
        {
            var records = RecordBatchReader.Read(bytes);
            var at = records.FindIndex(matches);
            return at < 0 ? null : At(records[at].TimestampMs, records[at].Offset);
        }
        catch (ProtocolException)
        {
            // Only the header was checked when it was appended: answer what the header knows.
            var header = new RecordBatch(bytes);
            return At(header.MaxTimestamp, header.BaseOffset);
        }
    }

    private TimestampOffset At(long timestampMs, long offset)
    {
        lock (_lock)
            return new(ErrorCode.None, timestampMs, offset, _epochs.EpochOf(offset));
    }

    private List<(LogSegment Segment, (long TimestampMs, long Offset) Largest)> SegmentsWithLargest()
    {
        lock (_lock)
            return [.. _segments.Select(s => (s, s.Largest))];
    }

    private LogRead ReadFailed(StorageException cause, long offset)
    {
        // Retention may have taken the segment between lookup and read.
        if (offset >= 0 && offset < LogStartOffset)
            return LogRead.Failed(ErrorCode.OffsetOutOfRange);
        if (Unavailable is var error and not ErrorCode.None)
            return LogRead.Failed(error);
        // Clients ask again and again.
        if (!string.Equals(Interlocked.Exchange(ref _lastReadFailure, cause.Message), cause.Message, StringComparison.Ordinal))
            ReadingFailed(_environment.Logger, TopicPartition, cause);
        return LogRead.Failed(ErrorCode.KafkaStorageError);
    }

    private string? _lastReadFailure;

    private static int FloorSegment(LogSegment[] segments, long offset)
    {
        int low = 0, high = segments.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (segments[middle].BaseOffset > offset)
                high = middle;
            else
                low = middle + 1;
        }

        return low - 1;
    }

    private static StorageException Damaged(LogSegment segment, long position) =>
        new(StorageFailure.Corrupt, $"{segment.Log.Path} is damaged at byte {position}");

    [Microsoft.Extensions.Logging.LoggerMessage(Level = Microsoft.Extensions.Logging.LogLevel.Error, Message = "{Partition}: a read failed")]
    private static partial void ReadingFailed(Microsoft.Extensions.Logging.ILogger logger, TopicPartition partition, Exception cause);

    [Microsoft.Extensions.Logging.LoggerMessage(Level = Microsoft.Extensions.Logging.LogLevel.Warning, Message = "{Partition}: {Path} is wrong and no longer used; the next start makes it anew")]
    private static partial void IndexIsWrong(Microsoft.Extensions.Logging.ILogger logger, TopicPartition partition, string path);
}
