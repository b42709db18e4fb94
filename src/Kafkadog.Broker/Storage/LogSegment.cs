using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// One segment: a log file and its indexes. The owner of the log appends to the last one; readers see <see cref="Size"/>
/// bytes, which always end at a batch boundary.
/// </summary>
internal sealed class LogSegment : IDisposable
{
    /// <summary>The suffixes of a segment's files, the log last: it is renamed after its indexes.</summary>
    public static IReadOnlyList<string> Suffixes { get; } = [LogFormat.IndexSuffix, LogFormat.TimeIndexSuffix, LogFormat.TransactionIndexSuffix, LogFormat.LogSuffix];

    private readonly string _directory;
    private long _size;
    private readonly Lock _checkLock = new();
    private long _uncheckedTo;
    private (long From, long To) _checked;
    private int _bytesSinceIndexEntry;
    private (long TimestampMs, long Offset)? _largest;

    /// <param name="phase">What follows the names of the files while the segment is no part of the log; empty for one that is.</param>
    public LogSegment(OpenFiles files, string directory, long baseOffset, string phase = "")
    {
        _directory = directory;
        BaseOffset = baseOffset;
        Log = new LogFile(files, PathOf(LogFormat.LogSuffix) + phase);
        OffsetIndex = new OffsetIndex(new LogFile(files, PathOf(LogFormat.IndexSuffix) + phase), baseOffset);
        TimeIndex = new TimeIndex(new LogFile(files, PathOf(LogFormat.TimeIndexSuffix) + phase), baseOffset);
        TransactionIndex = new TransactionIndex(new LogFile(files, PathOf(LogFormat.TransactionIndexSuffix) + phase));
    }

    public long BaseOffset { get; }
    public LogFile Log { get; }
    public OffsetIndex OffsetIndex { get; }
    public TimeIndex TimeIndex { get; }
    public TransactionIndex TransactionIndex { get; }

    /// <summary>Bytes that readers may see.</summary>
    public long Size => Volatile.Read(ref _size);

    /// <summary>Largest timestamp and the last offset of the first batch that has it; (-1, base offset) when empty.</summary>
    public (long TimestampMs, long Offset) Largest => _largest ??= TimeIndex.Last;

    /// <summary>Largest timestamp of the first batch: the age of the segment counts from it. Null when empty.</summary>
    public long? FirstTimestampMs { get; private set; }

    /// <summary>Makes an empty active segment.</summary>
    public void Create()
    {
        Log.Create();
        OffsetIndex.Entries.Reset();
        TimeIndex.Entries.Reset();
        TransactionIndex.Reset();
        _largest = (-1, BaseOffset);
    }

    /// <summary>Opens a segment that no longer grows, trusting its files; false when an index must be rebuilt first.</summary>
    public bool TryOpenSealed(bool verify)
    {
        _size = _uncheckedTo = Log.LengthIfExists ?? throw new FileNotFoundException($"{Log.Path} is missing", Log.Path);
        return OffsetIndex.Entries.TryOpenSealed() && TimeIndex.Entries.TryOpenSealed() && TransactionIndex.TryOpenSealed(verify)
            && (!verify || (OffsetIndex.IsSound(_size) && TimeIndex.IsSound()));
    }

    /// <summary>Opens the last segment after a clean shutdown. False when its files do not fit together.</summary>
    public bool TryOpenActive(out long logEndOffset)
    {
        logEndOffset = BaseOffset;
        var length = Log.Length();
        if (!OffsetIndex.Entries.TryOpenActive() || !TimeIndex.Entries.TryOpenActive() || !TransactionIndex.TryOpenActive() || OffsetIndex.LastPosition > length)
            return false;

        _largest = TimeIndex.Last;
        if (length > 0)
            FirstTimestampMs = ReadHeader(0).MaxTimestamp;
        using var scanner = new LogScanner(Log, OffsetIndex.LastPosition, length, LogScanner.LookupWindow);
        while (scanner.MoveNext())
        {
            Note(scanner.Header);
            logEndOffset = scanner.Header.NextOffset;
        }

        _size = _uncheckedTo = length;
        return scanner.Next == length;
    }

    /// <summary>
    /// Reads every batch, rebuilds the indexes in memory but for the one of transactions, which is left empty, and stops at the first batch that is damaged or out of order.
    /// </summary>
    /// <param name="each">Is shown each good batch's header.</param>
    /// <returns>The offset after the last good batch; bytes after <see cref="Size"/> are bad.</returns>
    public long Scan(int indexIntervalBytes, Action<RecordBatchHeader> each)
    {
        Reset();
        var expected = BaseOffset;
        using var scanner = new LogScanner(Log, 0, Log.Length(), LogScanner.RecoveryWindow);
        while (scanner.MoveNext())
        {
            var header = scanner.Header;
            if (header.BaseOffset < expected || header.LastOffset - BaseOffset > int.MaxValue || !scanner.CrcIsRight())
                break;
            header = scanner.Header;
            AppendToIndexes(header, (int)scanner.Position, indexIntervalBytes);
            _size = scanner.Next;
            expected = header.NextOffset;
            each(new(header.BaseOffset, header.PartitionLeaderEpoch, scanner.Position));
        }

        return expected;
    }

    /// <summary>
    /// Compares the checksums of batches that were not written or checked since the broker started, once as long as they are read in
    /// order: the disk may have damaged them meanwhile, and many clients do not look.
    /// </summary>
    /// <param name="from">Where a batch begins.</param>
    /// <param name="to">Where a batch ends.</param>
    /// <returns>Where the good batches end, <paramref name="to"/> if all are.</returns>
    /// <exception cref="StorageException">The first one is damaged.</exception>
    public long CheckUpTo(long from, long to)
    {
        if (from >= Volatile.Read(ref _uncheckedTo))
            return to;
        lock (_checkLock)
        {
            if (from >= _checked.From && to <= _checked.To)
                return to;
            var goesOn = from >= _checked.From && from <= _checked.To;
            using var scanner = new LogScanner(Log, goesOn ? _checked.To : from, Math.Min(to, _uncheckedTo), LogScanner.RecoveryWindow);
            var good = scanner.Next;
            while (scanner.MoveNext() && scanner.CrcIsRight())
                good = scanner.Next;
            _checked = goesOn ? (_checked.From, good) : (from, good);
            if (good >= Math.Min(to, _uncheckedTo))
                return to;
            return good > from ? good : throw new StorageException(StorageFailure.Corrupt, $"{Log.Path} is damaged at byte {good}");
        }
    }

    /// <summary>Accounts for a batch at or beyond <see cref="Size"/>; readers see it after <see cref="Publish"/>.</summary>
    public void AppendToIndexes(in RecordBatch batch, int position, int indexIntervalBytes)
    {
        FirstTimestampMs ??= batch.MaxTimestamp;
        Note(batch);
        if (_bytesSinceIndexEntry > indexIntervalBytes)
        {
            OffsetIndex.Append(batch.LastOffset, position);
            TimeIndex.MaybeAppend(Largest.TimestampMs, Largest.Offset);
            _bytesSinceIndexEntry = 0;
        }

        _bytesSinceIndexEntry += batch.SizeInBytes;
    }

    /// <summary>Lets readers see the bytes up to <paramref name="size"/>.</summary>
    public void Publish(long size) => Volatile.Write(ref _size, size);

    /// <summary>The segment grows no more: its indexes go to their files, but for the one of transactions, which may still be in rebuilding.</summary>
    public void Seal()
    {
        AppendLargest();
        OffsetIndex.Entries.Seal();
        TimeIndex.Entries.Seal();
    }

    /// <summary>Writes the indexes of an active segment at a clean shutdown.</summary>
    public void WriteIndexes()
    {
        AppendLargest();
        OffsetIndex.Entries.WriteOut();
        TimeIndex.Entries.WriteOut();
        TransactionIndex.WriteOut();
    }

    public void Flush()
    {
        Log.Flush();
        OffsetIndex.Entries.File.Flush();
        TimeIndex.Entries.File.Flush();
        TransactionIndex.File.Flush();
    }

    /// <summary><see cref="FirstTimestampMs"/> of a segment that holds batches, read once; -1 for an empty one.</summary>
    public long ReadFirstTimestampMs() => FirstTimestampMs ??= Size == 0 ? -1 : ReadHeader(0).MaxTimestamp;

    public RecordBatch ReadHeader(long position)
    {
        var bytes = new byte[RecordBatch.HeaderSize];
        Log.ReadExactly(bytes, position);
        return new RecordBatch(bytes);
    }

    /// <summary>Renames the files so that they are not part of the log after a restart; handles stay usable.</summary>
    public void MarkDeleted()
    {
        foreach (var file in Files)
        {
            if (file.Exists)
                file.Rename(file.Path + LogFormat.DeletedSuffix);
        }
    }

    /// <summary>Gives the files the names of another phase, the log's last.</summary>
    public void Rename(string phase)
    {
        foreach (var (file, suffix) in Files.Zip(Suffixes))
        {
            if (file.Exists)
                file.Rename(PathOf(suffix) + phase);
        }
    }

    /// <summary>Takes over the age of a segment whose records have no timestamp to tell it.</summary>
    public void TakeAgeOf(LogSegment other) => Log.LastWriteTimeUtc = other.Log.LastWriteTimeUtc;

    public void Delete()
    {
        foreach (var file in Files)
            file.Delete();
    }

    public void Dispose()
    {
        OffsetIndex.DropIfDistrusted();
        foreach (var file in Files)
            file.Dispose();
    }

    /// <summary>In the order of <see cref="Suffixes"/>.</summary>
    private LogFile[] Files => [OffsetIndex.Entries.File, TimeIndex.Entries.File, TransactionIndex.File, Log];

    private void Reset()
    {
        OffsetIndex.Entries.Reset();
        TimeIndex.Entries.Reset();
        TransactionIndex.Reset();
        (_size, _uncheckedTo, _bytesSinceIndexEntry, FirstTimestampMs, _largest) = (0, 0, 0, null, (-1, BaseOffset));
    }

    private void Note(in RecordBatch batch)
    {
        // A batch that compaction has emptied has no record to find by its timestamp.
        if (batch.RecordCount > 0 && batch.MaxTimestamp > Largest.TimestampMs)
            _largest = (batch.MaxTimestamp, batch.LastOffset);
    }

    private void AppendLargest() => TimeIndex.MaybeAppend(Largest.TimestampMs, Largest.Offset);

    private string PathOf(string suffix) => Path.Combine(_directory, LogFormat.FileName(BaseOffset, suffix));
}

/// <summary>What a scan tells of each batch.</summary>
internal readonly record struct RecordBatchHeader(long BaseOffset, int LeaderEpoch, long Position);
