using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>Where each leader epoch of a partition began. Guarded by the log's lock.</summary>
internal sealed class LeaderEpochs(IFileStore files, string path)
{
    private List<(int Epoch, long StartOffset)> _entries = [];
    private bool _unsaved;

    /// <summary>Reads the checkpoint; a damaged one is dropped, because recovery rebuilds it from the batches.</summary>
    public bool TryLoad()
    {
        try
        {
            _entries = Checkpoint.ReadEpochs(files, path);
            return true;
        }
        catch (StorageException e) when (e.Failure is StorageFailure.Corrupt)
        {
            return false;
        }
    }

    /// <summary>Begins <paramref name="epoch"/> at an offset unless it has begun; epochs that began at or after it never held a record.</summary>
    public void Assign(int epoch, long startOffset)
    {
        if (_entries is [.., var last] && last.Epoch >= epoch)
            return;
        _entries.RemoveAll(e => e.StartOffset >= startOffset);
        _entries.Add((epoch, startOffset));
        _unsaved = true;
    }

    public void TruncateEnd(long logEndOffset) => _unsaved |= _entries.RemoveAll(e => e.StartOffset >= logEndOffset) > 0;

    public void TruncateStart(long logStartOffset)
    {
        var keep = _entries.FindLastIndex(e => e.StartOffset <= logStartOffset);
        if (keep < 0 || (keep == 0 && _entries[0].StartOffset == logStartOffset))
            return;
        _entries.RemoveRange(0, keep);
        _entries[0] = (_entries[0].Epoch, logStartOffset);
        _unsaved = true;
    }

    public void Save()
    {
        if (!_unsaved)
            return;
        Checkpoint.WriteEpochs(files, path, _entries);
        _unsaved = false;
    }

    /// <summary>The epoch an offset belongs to, -1 when not known.</summary>
    public int EpochOf(long offset)
    {
        var at = _entries.FindLastIndex(e => e.StartOffset <= offset);
        return at < 0 ? -1 : _entries[at].Epoch;
    }

    /// <summary>As Apache Kafka: the largest epoch at or below the one asked for, and where the next one began.</summary>
    public EpochEndOffset EndOffsetFor(int epoch, long logEndOffset)
    {
        if (_entries.Count == 0 || epoch > _entries[^1].Epoch || epoch < 0)
            return new(-1, -1);
        if (epoch == _entries[^1].Epoch)
            return new(epoch, logEndOffset);
        var next = _entries.FindIndex(e => e.Epoch > epoch);
        return new(next == 0 ? epoch : _entries[next - 1].Epoch, _entries[next].StartOffset);
    }
}
