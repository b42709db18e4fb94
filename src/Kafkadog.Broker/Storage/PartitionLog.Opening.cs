using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage.Cleaning;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker.Storage;

/// <summary>What the checkpoints say about a partition at start.</summary>
/// <param name="CleanShutdown">The files can be trusted as they are.</param>
/// <param name="RecoveryPoint">Bytes below this offset had been flushed.</param>
/// <param name="CleanedTo">Compaction has looked at every record below this offset.</param>
internal readonly record struct LogCheckpoint(bool CleanShutdown, long RecoveryPoint, long LogStartOffset, long CleanedTo = 0);

internal sealed partial class PartitionLog
{
    private LogSegment? _rescanned; // the first segment that recovery read whole
    private bool _replaying;

    /// <summary>
    /// Opens the log, making its directory when missing. Never throws for damage: a partition that cannot be trusted answers
    /// KAFKA_STORAGE_ERROR and tells why in <see cref="Failure"/>.
    /// </summary>
    public static PartitionLog Open(
        LogEnvironment environment, TopicPartition partition, Guid topicId, TopicConfig config, int leaderEpoch, LogCheckpoint checkpoint)
    {
        var log = new PartitionLog(environment, partition, topicId, config, leaderEpoch);
        try
        {
            log.Open(checkpoint);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            foreach (var segment in log._segments)
                segment.Dispose();
            log._segments = [];
            log.Fail(StorageException.From(e, $"Cannot open {partition}"));
        }

        return log;
    }

    /// <summary>Flushes and closes everything; appends and reads are refused from here on.</summary>
    /// <returns>True when the files can be trusted at the next start.</returns>
    public bool Close()
    {
        lock (_lock)
        {
            if (_gone is ErrorCode.None && Unavailable is ErrorCode.None)
                WriteForCleanShutdown();
            _gone = ErrorCode.NotLeaderOrFollower;
            _flushTimer?.Dispose();
        }

        Flush();
        lock (_lock)
        {
            foreach (var segment in _segments)
                segment.Dispose();
        }

        Observers.Notify(this);
        return _failure is null;
    }

    /// <summary>Ends as the death of the process does: appends and reads are refused, and nothing more is written.</summary>
    public void Abandon()
    {
        List<PendingAppend> waiting;
        lock (_flushLock)
        lock (_lock)
        {
            _gone = ErrorCode.NotLeaderOrFollower;
            foreach (var segment in _segments)
                segment.Dispose();
            _segments = [];
            waiting = [.. _awaitingFlush];
            _awaitingFlush.Clear();
        }

        foreach (var append in waiting)
        {
            append.Result = AppendResult.Failed(ErrorCode.NotLeaderOrFollower);
            append.Complete();
        }

        Observers.Notify(this);
    }

    /// <summary>Takes the partition away at once and its files after <c>file.delete.delay.ms</c>.</summary>
    public void Delete()
    {
        List<PendingAppend> waiting;

        // A flush under way ends first; later ones find no segments. None meets the directory half gone.
        lock (_flushLock)
        lock (_lock)
        {
            _gone = ErrorCode.UnknownTopicOrPartition;
            _flushTimer?.Dispose();
            foreach (var segment in _segments)
                segment.Dispose();
            _segments = [];
            waiting = [.. _awaitingFlush];
            _awaitingFlush.Clear();
            try
            {
                // Apache Kafka's name for it, cut so that it stays a legal file name.
                var name = $"{TopicPartition.ToString()[..Math.Min(TopicPartition.ToString().Length, 200)]}.{Guid.NewGuid():N}{LogFormat.DeletedDirectorySuffix}";
                var renamed = Path.Combine(_environment.Options.DataDirectory, name);
                if (Files.DirectoryExists(_directory))
                {
                    Files.MoveDirectory(_directory, renamed);
                    _environment.Deletions.Schedule(Config.FileDeleteDelay, renamed, () => Files.DeleteDirectory(renamed));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The topic is gone from the metadata; the next start deletes directories without a topic.
                Fail(StorageException.From(e, $"Cannot delete {_directory}"));
            }
        }

        foreach (var append in waiting)
        {
            append.Result = AppendResult.Failed(ErrorCode.UnknownTopicOrPartition);
            append.Complete();
        }

        Observers.Notify(this);
    }

    private void WriteForCleanShutdown()
    {
        try
        {
            Active.WriteIndexes();
            _unflushed.Add(Active);
            _epochs.Save();
            if (_producers.Count > 0 || _snapshots.Count > 0)
                SaveProducers(LogEndOffset, flush: false);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            Fail(StorageException.From(e, $"Cannot close {TopicPartition}"));
        }
    }

    private void Open(LogCheckpoint checkpoint)
    {
        // Kept if opening fails, so that the next checkpoint does not hide the damage.
        (_recoveryPoint, _logStartOffset, _cleanedTo) = (checkpoint.RecoveryPoint, checkpoint.LogStartOffset, checkpoint.CleanedTo);
        PrepareDirectory();
        CleanedFiles.Settle(_environment.OpenFiles, _directory, _environment.Logger);
        var (segments, snapshots) = ListFiles();
        _snapshots.AddRange(snapshots);
        SetActive(segments);
        var recovered = !checkpoint.CleanShutdown;
        if (segments.Length == 0)
            StartEmpty(checkpoint);
        else if (recovered || !TryOpenTrusted())
        {
            recovered = true;
            Recover(checkpoint);
        }

        if (LogEndOffset < checkpoint.LogStartOffset)
        {
            // All that survived the crash had been deleted by DeleteRecords.
            foreach (var segment in _segments)
                segment.Delete();
            StartEmpty(checkpoint);
        }

        Volatile.Write(ref _logStartOffset, Math.Max(checkpoint.LogStartOffset, _segments[0].BaseOffset));
        Volatile.Write(ref _recoveryPoint, recovered ? Math.Min(checkpoint.RecoveryPoint, LogEndOffset) : LogEndOffset);
        _highWatermark = _logEnd;
        _replaying = true;
        LoadProducers(recovered);
        (_replaying, _rescanned) = (false, null);
        MoveHighWatermark(_logEnd);
        _epochs.TruncateEnd(LogEndOffset);
        _epochs.Assign(LeaderEpoch, LogEndOffset);
        if (recovered && LogEndOffset > RecoveryPoint)
        {
            _unflushed.AddRange(_segments[..^1]);
            MarkDirty();
        }
    }

    private void PrepareDirectory()
    {
        var metadata = Path.Combine(_directory, LogFormat.PartitionMetadata);
        // Empty after a power cut that came before the first flush.
        if (!Files.FileExists(metadata) || Files.Length(metadata) == 0)
        {
            Files.CreateDirectory(_directory);
            DurableFile.Replace(Files, metadata, $"version: 0\ntopic_id: {LogFormat.UuidText(TopicId)}\n", flush: false);
        }
        else if (!Encoding.UTF8.GetString(Files.ReadAllBytes(metadata)).Contains($"topic_id: {LogFormat.UuidText(TopicId)}", StringComparison.Ordinal))
        {
            throw new StorageException(StorageFailure.Corrupt, $"{_directory} belongs to another topic of the same name");
        }

        if (!_epochs.TryLoad())
            Files.Delete(Path.Combine(_directory, LogFormat.LeaderEpochs));
    }

    private (LogSegment[] Segments, List<long> Snapshots) ListFiles()
    {
        List<long> logs = [], snapshots = [];
        foreach (var path in Files.EnumerateFiles(_directory))
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith(LogFormat.DeletedSuffix, StringComparison.Ordinal) || name.EndsWith(LogFormat.TemporarySuffix, StringComparison.Ordinal))
                Files.Delete(path);
            else if (LogFormat.BaseOffset(name, LogFormat.LogSuffix) is { } log)
                logs.Add(log);
            else if (LogFormat.BaseOffset(name, LogFormat.SnapshotSuffix) is { } snapshot)
                snapshots.Add(snapshot);
        }

        logs.Sort();
        snapshots.Sort();
        return ([.. logs.Select(b => new LogSegment(_environment.OpenFiles, _directory, b))], snapshots);
    }

    private void StartEmpty(LogCheckpoint checkpoint)
    {
        // A partition whose segments are all gone has lost what was flushed.
        ReportLoss(checkpoint.LogStartOffset, checkpoint.RecoveryPoint);
        var segment = new LogSegment(_environment.OpenFiles, _directory, checkpoint.LogStartOffset);
        segment.Create();
        SetActive([segment]);
        _logEnd = new(segment.BaseOffset, segment, 0);
        MarkDirty();
    }

    /// <summary>After a clean shutdown: nothing is read but the end of the last segment. False when something is missing after all.</summary>
    private bool TryOpenTrusted()
    {
        foreach (var segment in _segments[..^1])
        {
            if (!segment.TryOpenSealed(verify: false))
                return false;
        }

        if (!Active.TryOpenActive(out var end))
            return false;
        _logEnd = new(end, Active, Active.Size);
        return true;
    }

    /// <summary>
    /// After a crash: segments below the recovery point are trusted, the others are read whole and cut at the first bad batch.
    /// That batch is a torn write if it lies at or above the recovery point, and real damage if below.
    /// </summary>
    private void Recover(LogCheckpoint checkpoint)
    {
        var kept = new List<LogSegment>();
        var all = _segments;
        var end = all[0].BaseOffset;
        foreach (var segment in all)
        {
            var isLast = segment == all[^1];
            var next = isLast ? long.MaxValue : all[kept.Count + 1].BaseOffset;
            if (next <= checkpoint.RecoveryPoint && segment.TryOpenSealed(verify: true))
            {
                kept.Add(segment);
                end = next;
                continue;
            }

            _rescanned ??= segment;
            end = segment.Scan(Config.IndexIntervalBytes, batch => _epochs.Assign(batch.LeaderEpoch, batch.BaseOffset));
            kept.Add(segment);
            var whole = segment.Size == segment.Log.Length();
            // Only compaction leaves a gap between two segments, perhaps before the topic's policy was changed.
            if (!isLast && whole && (end == next || (end < next && (Config.IsCompacted || next <= checkpoint.CleanedTo))))
            {
                segment.Seal();
                continue;
            }

            ReportLoss(end, checkpoint.RecoveryPoint);
            if (!whole)
            {
                LogTruncated(_environment.Logger, TopicPartition, segment.Log.Length() - segment.Size, end);
                segment.Log.Truncate(segment.Size);
            }

            break;
        }

        foreach (var dropped in all[kept.Count..])
            dropped.Delete();
        foreach (var snapshot in _snapshots.Where(s => s > end).ToList())
        {
            Files.Delete(SnapshotPath(snapshot));
            _snapshots.Remove(snapshot);
        }

        _segments = [.. kept];
        _logEnd = new(end, Active, Active.Size);
    }

    private void ReportLoss(long logEndOffset, long recoveryPoint)
    {
        if (logEndOffset < recoveryPoint)
        {
            throw new StorageException(
                StorageFailure.Corrupt,
                $"{TopicPartition} is damaged at offset {logEndOffset}, although everything before {recoveryPoint} had been flushed to the disk");
        }
    }

    /// <summary>
    /// Loads the newest usable snapshot and replays what follows it. Segments that were scanned again have lost their index of
    /// transactions: the replay begins at or before the first of them and makes it anew.
    /// </summary>
    private void LoadProducers(bool recovered)
    {
        var from = LogStartOffset;
        var latest = _rescanned?.BaseOffset ?? long.MaxValue;
        for (var at = _snapshots.FindLastIndex(s => s <= latest); at >= 0; at--)
        {
            if (ProducerSnapshot.TryRead(Files, SnapshotPath(_snapshots[at]), _producers))
            {
                from = Math.Max(from, _snapshots[at]);
                break;
            }

            _producers.Clear();
        }

        // Never a producer, so never a snapshot: after a clean shutdown there is nothing to replay.
        if (!recovered && _snapshots.Count == 0)
            return;
        foreach (var producer in _producers.All.Where(p => p.HasTransaction))
            _transactions.Begin(PlaceOf(producer.CurrentTxnFirstOffset));
        Replay(Math.Max(0, FloorSegment(_segments, from)), s => PositionFor(s, from), from, Track);
        foreach (var segment in _segments.Where(s => s != Active && s.BaseOffset >= latest))
            segment.TransactionIndex.Seal();
        if (_producers.Count > 0)
            RestoreWindows();
        _producers.Expire(_environment.NowMs - (long)_environment.Options.ProducerIdExpiration.TotalMilliseconds);
    }

    /// <summary>
    /// A snapshot keeps one batch of each producer, but a producer may send its last five again: takes the others from the end
    /// of the log, as far as that reaches.
    /// </summary>
    private void RestoreWindows()
    {
        const int WindowBytes = 1024 * 1024;
        var first = _segments.Length - 1;
        for (var bytes = _segments[first].Size; bytes < WindowBytes && first > 0; bytes += _segments[first].Size)
            first--;
        var tail = new ProducerStates();
        Replay(first, static s => s.OffsetIndex.BatchAtOrBefore(Math.Max(0, s.Size - WindowBytes)), from: 0,
            (in RecordBatch batch, MarkerRecord? marker, LogSegment _, long _) => tail.Update(batch, marker, out _));
        _producers.TakeBatches(tail);
    }

    private delegate void BatchReplay(in RecordBatch header, MarkerRecord? marker, LogSegment segment, long position);

    private void Replay(int firstSegment, Func<LogSegment, long> position, long from, BatchReplay each)
    {
        const int HeaderWindow = 16 * 1024;
        foreach (var segment in _segments[firstSegment..])
        {
            using var scanner = new LogScanner(segment.Log, segment == _segments[firstSegment] ? position(segment) : 0, segment.Size, HeaderWindow);
            while (scanner.MoveNext())
            {
                var header = scanner.Header;
                if (header.BaseOffset < from || !header.HasProducerId)
                    continue;
                var marker = header.IsControl ? ReadMarker(segment, scanner.Position, header.SizeInBytes) : null;
                each(header, marker, segment, scanner.Position);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Partition}: cut {Bytes} bytes of torn writes, log end offset is {LogEndOffset}")]
    private static partial void LogTruncated(ILogger logger, TopicPartition partition, long bytes, long logEndOffset);
}
