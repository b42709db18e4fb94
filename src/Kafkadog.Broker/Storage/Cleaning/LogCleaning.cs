using System.Buffers;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>What a cleaning did.</summary>
/// <param name="CleanedTo">Where it ended: less than the whole dirty part when the keys did not fit into memory.</param>
/// <param name="BytesRead">Bytes of the segments it went through.</param>
/// <param name="BytesKept">Bytes that are left of them.</param>
/// <param name="Utilization">The share of the permitted keys that was used, 0 to 1.</param>
internal readonly record struct CleaningResult(long CleanedTo, long BytesRead, long BytesKept, double Utilization);

/// <summary>
/// Cleans one log: notes the last offset of each key in the dirty part, copies every segment up to its end without the records
/// that a later one replaces, joins neighbours that have become small, and swaps each copy in. Appends and reads go on meanwhile.
/// Owned by one thread of <see cref="LogCleaner"/> at a time.
/// </summary>
internal sealed class LogCleaning(OffsetMap map, CleanerThrottle throttle, int bufferBytes, TimeProvider time)
{
    /// <summary>Cleans as far as the memory for keys goes.</summary>
    /// <exception cref="StorageException">The log is damaged, or the disk refused.</exception>
    /// <exception cref="Protocol.ProtocolException">A batch holds something else than records.</exception>
    /// <returns>Null when the log has lost segments meanwhile; what was cleaned before that is swapped in.</returns>
    public async Task<CleaningResult?> CleanAsync(CleanableLog dirty, CancellationToken cancellationToken)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        map.Prepare(dirty.End - dirty.FirstDirtyOffset);
        try
        {
            await FillMapAsync(dirty, cancellationToken).ConfigureAwait(false);
            var end = map.LatestOffset + 1;
            var transactions = new CleanedTransactions();
            transactions.Expect(dirty.Log.AbortedWithin(dirty.View.LogStartOffset, end));
            var filter = new BatchFilter(map, transactions, dirty.Log.LastRecordsOfProducers(), nowMs, dirty.View.Config.DeleteRetentionMs);
            var (read, kept) = (0L, 0L);
            foreach (var group in Group(dirty.View, end))
            {
                read += group.Sum(s => s.Segment.Size);
                if (await CopyAsync(dirty.Log, group, filter, transactions, cancellationToken).ConfigureAwait(false) is not { } left)
                    return null;
                kept += left;
            }

            return new CleaningResult(end, read, kept, map.Utilization);
        }
        finally
        {
            map.Release();
        }
    }

    private async Task FillMapAsync(CleanableLog dirty, CancellationToken cancellationToken)
    {
        var transactions = new CleanedTransactions();
        transactions.Expect(dirty.Log.AbortedWithin(dirty.FirstDirtyOffset, dirty.End));
        map.LatestOffset = dirty.FirstDirtyOffset - 1;
        foreach (var (segment, nextOffset, _, _) in dirty.View.Segments)
        {
            if (nextOffset <= dirty.FirstDirtyOffset)
                continue;
            if (segment.BaseOffset >= dirty.End)
                return;
            using var reader = new SegmentReader(segment.Log, 0, segment.Size, bufferBytes);
            while (reader.MoveNext())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!Note(reader.Batch, transactions, dirty.FirstDirtyOffset))
                    return;
                await throttle.PayAsync(reader.Batch.Length, cancellationToken).ConfigureAwait(false);
            }

            // What an earlier cleaning took from the end of the segment is clean too.
            map.LatestOffset = Math.Max(map.LatestOffset, nextOffset - 1);
        }
    }

    /// <returns>False when the keys no longer fit.</returns>
    private bool Note(ReadOnlyMemory<byte> bytes, CleanedTransactions transactions, long from)
    {
        var batch = new RecordBatch(bytes.Span);
        if (batch.LastOffset < from)
            return true;
        if (batch.IsControl)
            transactions.SeeMarker(bytes);
        else if (!transactions.SeeData(batch) && batch.RecordCount > 0 && !NoteKeys(batch, bytes, from)) // what was aborted replaces nothing
            return false;
        map.LatestOffset = batch.LastOffset;
        return true;
    }

    private bool NoteKeys(in RecordBatch batch, ReadOnlyMemory<byte> bytes, long from)
    {
        var record = new RawRecords(Compression.Decompress((CompressionCodec)batch.Codec, bytes[RecordBatch.HeaderSize..batch.SizeInBytes]), batch.RecordCount);
        while (record.MoveNext())
        {
            var offset = batch.BaseOffset + record.OffsetDelta;
            if (offset >= from && record.Key is { } key && !map.TryPut(key.Span, offset))
                return false;
        }

        return true;
    }

    /// <summary>Neighbours whose sizes together are within those of one segment.</summary>
    private static List<List<ClosedSegment>> Group(CleaningView view, long end)
    {
        List<List<ClosedSegment>> groups = [];
        var (bytes, index, timeIndex) = (0L, 0L, 0L);
        foreach (var closed in view.Segments.Where(s => s.Segment.BaseOffset < end))
        {
            var segment = closed.Segment;
            bytes += segment.Size;
            index += segment.OffsetIndex.Entries.SizeInBytes;
            timeIndex += segment.TimeIndex.Entries.SizeInBytes;
            if (groups.Count == 0 || bytes > view.Config.SegmentBytes || Math.Max(index, timeIndex) > view.Config.SegmentIndexBytes
                || closed.NextOffset - 1 - groups[^1][0].Segment.BaseOffset > int.MaxValue)
            {
                groups.Add([]);
                (bytes, index, timeIndex) = (segment.Size, segment.OffsetIndex.Entries.SizeInBytes, segment.TimeIndex.Entries.SizeInBytes);
            }

            groups[^1].Add(closed);
        }

        return groups;
    }

    /// <returns>Bytes that are left; null when the segments are no longer part of the log.</returns>
    private async Task<long?> CopyAsync(
        PartitionLog log, List<ClosedSegment> group, BatchFilter filter, CleanedTransactions transactions, CancellationToken cancellationToken)
    {
        var old = group.ConvertAll(s => s.Segment);
        transactions.BeginSegment();
        var cleaned = log.NewCleanedSegment(old[0].BaseOffset);
        try
        {
            var target = new Target(cleaned, log.Config.IndexIntervalBytes, bufferBytes);
            var isAsBefore = group.Count == 1;
            foreach (var segment in old)
            {
                using var reader = new SegmentReader(segment.Log, 0, segment.Size, bufferBytes);
                while (reader.MoveNext())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var kept = filter.Filter(reader.Batch);
                    isAsBefore &= kept.Equals(reader.Batch);
                    target.Add(kept.Span);
                    await throttle.PayAsync(reader.Batch.Length + kept.Length, cancellationToken).ConfigureAwait(false);
                }
            }

            target.Complete(transactions.Kept);
            if (isAsBefore)
            {
                cleaned.Delete();
                return old[0].Size;
            }

            cleaned.TakeAgeOf(old[^1]);
            if (log.Replace(old, cleaned))
                return cleaned.Size;
            cleaned.Delete();
            return null;
        }
        catch
        {
            cleaned.Delete();
            throw;
        }
    }

    /// <summary>The copy under way.</summary>
    private sealed class Target(LogSegment segment, int indexIntervalBytes, int bufferBytes)
    {
        private readonly ArrayBufferWriter<byte> _pending = new();
        private long _written;

        public void Add(ReadOnlySpan<byte> batch)
        {
            if (batch.IsEmpty)
                return;
            if (_written + _pending.WrittenCount + batch.Length > int.MaxValue)
                throw new StorageException(StorageFailure.Corrupt, $"{segment.Log.Path} would grow beyond 2 GiB: its batches do not compress as well as they did");
            segment.AppendToIndexes(new RecordBatch(batch), (int)_written + _pending.WrittenCount, indexIntervalBytes);
            _pending.Write(batch);
            if (_pending.WrittenCount >= bufferBytes)
                WriteOut();
        }

        public void Complete(IEnumerable<AbortedTransaction> aborted)
        {
            WriteOut();
            foreach (var transaction in aborted)
                segment.TransactionIndex.Append(transaction);
            segment.Publish(_written);
            segment.Seal();
            segment.TransactionIndex.Seal();
            segment.Flush();
        }

        private void WriteOut()
        {
            segment.Log.Write(_pending.WrittenSpan, _written);
            _written += _pending.WrittenCount;
            _pending.ResetWrittenCount();
        }
    }
}
