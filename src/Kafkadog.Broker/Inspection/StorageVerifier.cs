using System.Text;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Inspection;

/// <summary>Reads a data directory that no broker has open, every byte of every segment, and says what is wrong with it. Nothing is changed.</summary>
internal sealed class StorageVerifier
{
    private readonly string _directory;
    private readonly List<StorageFinding> _findings = [];
    private readonly bool _clean;
    private Dictionary<TopicPartition, long> _recoveryPoints = [];
    private int _partitions, _segments;
    private long _batches, _records, _bytes;

    private StorageVerifier(string directory)
    {
        _directory = directory;
        _clean = File.Exists(Path.Combine(directory, LogFormat.CleanShutdown));
    }

    /// <exception cref="StorageException">It is no data directory of this broker, of a newer format, or a broker runs on it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static StorageReport Verify(string directory)
    {
        directory = Path.GetFullPath(directory);
        var meta = MetaProperties.Parse(DiskFiles.Instance, Path.Combine(directory, LogFormat.MetaProperties));
        using var held = Hold(Path.Combine(directory, LogFormat.LockFile));
        var verifier = new StorageVerifier(directory);
        verifier.Run();
        return new StorageReport(
            directory, meta.ClusterId, meta.NodeId, verifier._clean, verifier._partitions, verifier._segments, verifier._batches, verifier._records, verifier._bytes, verifier._findings);
    }

    private void Run()
    {
        var topics = ReadMetadata();
        _recoveryPoints = ReadCheckpoint(LogFormat.RecoveryPoints);
        ReadCheckpoint(LogFormat.LogStartOffsets);
        ReadCheckpoint(LogFormat.CleanerOffsets);
        foreach (var topic in topics)
        {
            for (var partition = 0; partition < topic.Partitions; partition++)
                VerifyPartition(new TopicPartition(topic.Name, partition), topic.Id);
        }
    }

    /// <summary>So that no broker starts meanwhile, and none that runs is taken for a damaged one.</summary>
    private static FileStream? Hold(string lockFile)
    {
        if (!File.Exists(lockFile))
            return null;
        try
        {
            return new FileStream(lockFile, FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (IOException e)
        {
            throw new StorageException(StorageFailure.InUse, $"a broker runs on {Path.GetDirectoryName(lockFile)}", e);
        }
    }

    private IEnumerable<TopicRecord> ReadMetadata()
    {
        var path = Path.Combine(_directory, LogFormat.MetadataLog);
        var topics = new Dictionary<Guid, TopicRecord>();
        if (!File.Exists(path))
        {
            Damage(path, 0, "the file is missing: nobody knows which topics there are", "restore it from a backup; partitions without it are set aside at the next start");
            return [];
        }

        var bytes = File.ReadAllBytes(path);
        try
        {
            var end = MetadataLog.Read(bytes, path, record => Apply(record, topics));
            if (end < bytes.Length)
                Mended(path, end, $"the last {bytes.Length - end} bytes are a record that was not written whole", "nothing: the next start cuts them");
        }
        catch (StorageException e)
        {
            Damage(path, 0, e.Message, "restore the file from a backup");
        }

        return topics.Values;
    }

    private static void Apply(MetadataRecord record, Dictionary<Guid, TopicRecord> topics)
    {
        switch (record)
        {
            case TopicRecord topic:
                topics[topic.Id] = topic;
                break;
            case TopicPartitionsRecord grown when topics.TryGetValue(grown.Id, out var topic):
                topics[grown.Id] = topic with { Partitions = grown.Partitions };
                break;
            case RemoveTopicRecord removed:
                topics.Remove(removed.Id);
                break;
        }
    }

    private Dictionary<TopicPartition, long> ReadCheckpoint(string name)
    {
        var path = Path.Combine(_directory, name);
        try
        {
            return Checkpoint.ReadOffsets(DiskFiles.Instance, path);
        }
        catch (StorageException e)
        {
            Damage(path, 0, e.Message, $"delete {path}: the next start then reads every segment");
            return [];
        }
    }

    private void VerifyPartition(TopicPartition partition, Guid topicId)
    {
        _partitions++;
        var directory = Path.Combine(_directory, partition.ToString());
        if (!Directory.Exists(directory))
        {
            Report(_recoveryPoints.GetValueOrDefault(partition) > 0, directory, 0, "the folder of the partition is missing", "restore it from a backup, or delete the topic");
            return;
        }

        var metadata = Path.Combine(directory, LogFormat.PartitionMetadata);
        if (!File.Exists(metadata) || !File.ReadAllText(metadata, Encoding.UTF8).Contains(LogFormat.UuidText(topicId), StringComparison.Ordinal))
            Damage(metadata, 0, $"it does not name topic {LogFormat.UuidText(topicId)}", "the folder belongs to another topic of that name, or the file was changed: restore it");
        try
        {
            Checkpoint.ReadEpochs(DiskFiles.Instance, Path.Combine(directory, LogFormat.LeaderEpochs));
        }
        catch (StorageException e)
        {
            Mended(Path.Combine(directory, LogFormat.LeaderEpochs), 0, e.Message, "nothing: the next start makes it anew from the batches");
        }

        VerifySnapshots(directory);
        VerifySegments(partition, directory);
    }

    private void VerifySnapshots(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, "*" + LogFormat.SnapshotSuffix))
        {
            if (!ProducerSnapshot.TryRead(DiskFiles.Instance, path, new ProducerStates()))
                Damage(path, 0, "the states of producers do not match their checksum, or are of another version", $"delete {path}: the next start reads an older one, or the batches");
        }
    }

    private void VerifySegments(TopicPartition partition, string directory)
    {
        var recoveryPoint = _recoveryPoints.GetValueOrDefault(partition);
        var segments = Directory.EnumerateFiles(directory, "*" + LogFormat.LogSuffix)
            .Select(path => (Path: path, Base: LogFormat.BaseOffset(Path.GetFileName(path), LogFormat.LogSuffix)))
            .Where(segment => segment.Base is not null).OrderBy(segment => segment.Base).ToList();
        var expected = 0L;
        for (var at = 0; at < segments.Count; at++)
        {
            var (path, baseOffset) = (segments[at].Path, segments[at].Base!.Value);
            _segments++;
            _bytes += new FileInfo(path).Length;
            if (baseOffset < expected)
                Damage(path, 0, $"it begins at offset {baseOffset}, and the segment before it ends at {expected}", "restore the partition from a backup");
            var isLast = at == segments.Count - 1;
            var indexes = new SegmentIndexes(directory, baseOffset, mayBeOld: isLast && !_clean);
            expected = VerifySegment(path, baseOffset, indexes, isLast, recoveryPoint);
            _findings.AddRange(indexes.Finish());
        }

        if (segments.Count > 0 && expected < recoveryPoint)
            Damage(segments[^1].Path, new FileInfo(segments[^1].Path).Length, $"the log ends at offset {expected}, and everything before {recoveryPoint} had been flushed", Lost(partition));
    }

    /// <returns>The offset after the last good batch.</returns>
    private long VerifySegment(string path, long baseOffset, SegmentIndexes indexes, bool isLast, long recoveryPoint)
    {
        var end = baseOffset;
        (long Position, string Problem)? bad = null;
        foreach (var batch in SegmentFile.Read(path, withRecords: false, (position, problem) => bad = (position, problem)))
        {
            if (!batch.IsValid || batch.BaseOffset < end)
            {
                bad = (batch.Position, batch.IsValid
                    ? $"a batch begins at offset {batch.BaseOffset}, and the one before it ends at {end}"
                    : $"the batch of offsets {batch.BaseOffset} to {batch.LastOffset} does not match its checksum");
                break;
            }

            _batches++;
            _records += batch.Count;
            end = batch.LastOffset + 1;
            indexes.See(batch);
        }

        if (bad is { } found)
        {
            // Above the recovery point of a broker that was not shut down, the end of the last segment is a write that was under way.
            var isTorn = isLast && !_clean && end >= recoveryPoint;
            Report(!isTorn, path, found.Position, found.Problem, isTorn ? $"nothing: the next start cuts the file there; the log then ends at offset {end}" : Lost(TopicPartitionOf(path)));
        }

        return end;
    }

    private static string Lost(object partition) =>
        $"restore {partition} from a backup, or delete its topic: the partition answers KAFKA_STORAGE_ERROR and the others work";

    private static string TopicPartitionOf(string path) => Path.GetFileName(Path.GetDirectoryName(path)!);

    private void Damage(string file, long position, string problem, string next) => Report(isDamage: true, file, position, problem, next);

    private void Mended(string file, long position, string problem, string next) => Report(isDamage: false, file, position, problem, next);

    private void Report(bool isDamage, string file, long position, string problem, string next) => _findings.Add(new(isDamage, file, position, problem, next));
}
