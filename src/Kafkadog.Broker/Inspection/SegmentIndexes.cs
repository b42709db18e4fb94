using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Inspection;

/// <summary>The indexes of one segment, held against its batches. What is wrong with them can be mended: they are made anew from the batches.</summary>
internal sealed class SegmentIndexes
{
    private readonly List<StorageFinding> _findings = [];
    private readonly string _offsetsPath, _timesPath;
    private readonly Dictionary<long, long> _offsetAtPosition = [];
    private readonly Dictionary<long, long> _timeOfOffset = [];
    private readonly bool _mayBeOld;

    /// <param name="directory">The folder of the partition.</param>
    /// <param name="baseOffset">The first offset of the segment.</param>
    /// <param name="mayBeOld">The last segment of a broker that was killed: its indexes were in memory, so the files say little and are not used.</param>
    public SegmentIndexes(string directory, long baseOffset, bool mayBeOld)
    {
        _mayBeOld = mayBeOld;
        _offsetsPath = PathOf(LogFormat.IndexSuffix);
        _timesPath = PathOf(LogFormat.TimeIndexSuffix);
        Load(_offsetsPath, path =>
        {
            foreach (var (offset, position) in IndexFile.ReadOffsets(path, baseOffset))
                _offsetAtPosition[position] = offset;
        });
        Load(_timesPath, path =>
        {
            foreach (var (timestamp, offset) in IndexFile.ReadTimes(path, baseOffset))
                _timeOfOffset[offset] = timestamp;
        });
        var transactions = PathOf(LogFormat.TransactionIndexSuffix);
        if (File.Exists(transactions))
            Load(transactions, CheckTransactions);

        string PathOf(string suffix) => Path.Combine(directory, LogFormat.FileName(baseOffset, suffix));
    }

    /// <summary>What was found, after all batches were seen: an entry that none of them answered for is wrong.</summary>
    public IEnumerable<StorageFinding> Finish()
    {
        if (_offsetAtPosition.Count > 0)
            Wrong(_offsetsPath, $"an entry points to byte {_offsetAtPosition.Keys.Min()} of the segment, where no batch begins that ends with its offset");
        if (_timeOfOffset.Count > 0)
            Wrong(_timesPath, $"an entry names offset {_timeOfOffset.Keys.Min()}, with which no batch of its timestamp ends");
        return _findings;
    }

    /// <summary>Takes the entries of a batch off the list of those to be found.</summary>
    public void See(DumpedBatch batch)
    {
        if (_offsetAtPosition.TryGetValue(batch.Position, out var offset) && offset == batch.LastOffset)
            _offsetAtPosition.Remove(batch.Position);
        if (_timeOfOffset.TryGetValue(batch.LastOffset, out var timestamp) && timestamp == batch.MaxTimestamp)
            _timeOfOffset.Remove(batch.LastOffset);
    }

    private void Load(string path, Action<string> read)
    {
        if (!File.Exists(path))
        {
            if (!_mayBeOld)
                _findings.Add(new(IsDamage: false, path, 0, "the index is missing", "nothing: the next start makes it anew from the batches"));
            return;
        }

        try
        {
            read(path);
        }
        catch (StorageException e)
        {
            Wrong(path, e.Message);
        }
    }

    private void CheckTransactions(string path)
    {
        var last = -1L;
        foreach (var aborted in IndexFile.ReadTransactions(path))
        {
            if (aborted.LastOffset <= last || aborted.FirstOffset >= aborted.LastOffset)
            {
                Wrong(path, $"the transaction of offsets {aborted.FirstOffset} to {aborted.LastOffset} is not in order");
                return;
            }

            last = aborted.LastOffset;
        }
    }

    private void Wrong(string path, string problem)
    {
        if (!_mayBeOld)
            _findings.Add(new(IsDamage: true, path, 0, problem, $"delete {path}: the next start makes it anew from the batches"));
    }
}
