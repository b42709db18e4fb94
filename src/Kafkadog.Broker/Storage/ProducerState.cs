namespace Kafkadog.Broker.Storage;

/// <summary>A batch of an idempotent producer as remembered. A coordinator's batch has no sequence: -1.</summary>
internal readonly record struct ProducerBatch(int BaseSequence, int LastSequence, long LastOffset, int OffsetDelta, long TimestampMs)
{
    public long BaseOffset => LastOffset - OffsetDelta;
}

/// <summary>One producer of a partition.</summary>
internal sealed class ProducerState(long producerId)
{
    private const int Window = 5;

    private readonly Queue<ProducerBatch> _batches = new(1);

    public long ProducerId => producerId;
    public short Epoch { get; private set; } = -1;

    /// <summary>The last batch of this epoch; null when there is none.</summary>
    public ProducerBatch? Last { get; private set; }

    public long LastTimestampMs { get; private set; } = -1;

    /// <summary>Epoch of the transaction coordinator that wrote the last marker, -1 for none.</summary>
    public int CoordinatorEpoch { get; private set; } = -1;

    /// <summary>First record of the transaction under way, -1 for none.</summary>
    public long CurrentTxnFirstOffset { get; private set; } = -1;

    public bool HasTransaction => CurrentTxnFirstOffset >= 0;

    public void Add(short epoch, ProducerBatch batch)
    {
        Move(epoch);
        if (_batches.Count == Window)
            _batches.Dequeue();
        _batches.Enqueue(batch);
        Last = batch;
        LastTimestampMs = batch.TimestampMs;
    }

    public void BeginTransaction(long firstOffset) => CurrentTxnFirstOffset = firstOffset;

    public void EndTransaction(short epoch, int coordinatorEpoch, long timestampMs)
    {
        Move(epoch);
        (CoordinatorEpoch, LastTimestampMs, CurrentTxnFirstOffset) = (coordinatorEpoch, timestampMs, -1);
    }

    public ProducerBatch? Find(int baseSequence, int lastSequence)
    {
        foreach (var batch in _batches)
        {
            if (batch.BaseSequence == baseSequence && batch.LastSequence == lastSequence)
                return batch;
        }

        return null;
    }

    /// <summary>As a snapshot has it: the last batch alone.</summary>
    public void Restore(short epoch, ProducerBatch? last, long lastTimestampMs, int coordinatorEpoch, long currentTxnFirstOffset)
    {
        Move(epoch);
        if (last is { } batch)
            Add(epoch, batch);
        (LastTimestampMs, CoordinatorEpoch, CurrentTxnFirstOffset) = (lastTimestampMs, coordinatorEpoch, currentTxnFirstOffset);
    }

    /// <summary>Takes over the batches of a state that has seen more of them, if it ends where this one does.</summary>
    public void TakeBatches(ProducerState other)
    {
        if (other.Epoch != Epoch || other.Last != Last)
            return;
        _batches.Clear();
        foreach (var batch in other._batches)
            _batches.Enqueue(batch);
    }

    private void Move(short epoch)
    {
        if (epoch == Epoch)
            return;
        _batches.Clear();
        (Epoch, Last) = (epoch, null);
    }
}
