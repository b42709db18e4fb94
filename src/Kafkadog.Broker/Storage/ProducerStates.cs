using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// What a partition remembers of its idempotent and transactional producers: epoch and last five batches of each, so that a batch sent
/// again is answered with its first offset and a gap is refused, and where the transaction under way begins. Guarded by the log's lock.
/// <see href="https://cwiki.apache.org/confluence/display/KAFKA/KIP-98"/>
/// </summary>
internal sealed class ProducerStates
{
    private const int EpochBumpVersion = 2;

    private readonly Dictionary<long, ProducerState> _producers = [];
    private readonly Dictionary<long, VerificationGuard> _guards = [];

    public int Count => _producers.Count;

    public IEnumerable<ProducerState> All => _producers.Values;

    /// <summary>True while a transaction of this producer and epoch is under way here.</summary>
    public bool HasTransaction(long producerId, short epoch) =>
        _producers.TryGetValue(producerId, out var producer) && producer.HasTransaction && producer.Epoch == epoch;

    /// <summary>The guard for a batch whose transaction the coordinator is about to be asked for.</summary>
    public VerificationGuard Guard(long producerId, short epoch, int sequence, bool supportsEpochBump, long nowMs)
    {
        if (_guards.TryGetValue(producerId, out var guard))
            guard.Join(epoch, sequence);
        else
            _guards.Add(producerId, guard = new VerificationGuard(epoch, sequence, supportsEpochBump, nowMs));
        return guard;
    }

    /// <summary>None for a transactional batch that may be appended: its transaction is under way here, or was just verified.</summary>
    public ErrorCode CheckVerified(long producerId, short epoch, VerificationGuard? guard)
    {
        if (_producers.TryGetValue(producerId, out var producer) && epoch < producer.Epoch)
            return ErrorCode.InvalidProducerEpoch;
        return HasTransaction(producerId, epoch) || (guard is not null && _guards.GetValueOrDefault(producerId) == guard) ? ErrorCode.None : ErrorCode.InvalidTxnState;
    }

    /// <summary>None for a marker that may be appended.</summary>
    /// <param name="transactionVersion">From 2 on a marker carries a higher epoch than the transaction it ends (KIP-890).</param>
    public ErrorCode CheckMarker(long producerId, short epoch, int coordinatorEpoch, int transactionVersion)
    {
        if (!_producers.TryGetValue(producerId, out var producer))
            return ErrorCode.None;
        var stale = epoch < producer.Epoch
            // The same epoch again is a repeated marker, unless there is a transaction it would end; the last epoch cannot be raised.
            || (transactionVersion >= EpochBumpVersion && epoch == producer.Epoch && producer.HasTransaction && epoch != short.MaxValue);
        if (stale)
            return ErrorCode.InvalidProducerEpoch;
        return coordinatorEpoch < producer.CoordinatorEpoch ? ErrorCode.TransactionCoordinatorFenced : ErrorCode.None;
    }

    /// <summary>None to append, the batch sent before if this is the same one, or an error.</summary>
    public (ErrorCode Error, ProducerBatch? Duplicate) Check(in RecordBatch batch, AppendOrigin origin, VerificationGuard? guard)
    {
        // Whoever writes markers has looked before.
        if (!batch.HasProducerId || batch.IsControl)
            return (ErrorCode.None, null);
        var producer = _producers.GetValueOrDefault(batch.ProducerId);
        if (origin is AppendOrigin.Client)
        {
            if (producer?.Epoch == batch.ProducerEpoch && producer.Find(batch.BaseSequence, LastSequence(batch)) is { } duplicate)
                return (ErrorCode.None, duplicate);
            if (batch.IsTransactional && CheckVerified(batch.ProducerId, batch.ProducerEpoch, guard) is not ErrorCode.None and var unverified)
                return (unverified, null);
        }

        if (batch.ProducerEpoch < producer?.Epoch)
            return (ErrorCode.InvalidProducerEpoch, null);
        if (origin is AppendOrigin.Client && !InSequence(batch, producer, _guards.GetValueOrDefault(batch.ProducerId)))
            return (ErrorCode.OutOfOrderSequenceNumber, null);
        return (producer is { HasTransaction: true } && !batch.IsTransactional ? ErrorCode.InvalidTxnState : ErrorCode.None, null);
    }

    /// <summary>Remembers a batch at its place in the log, while appending and while replaying.</summary>
    /// <param name="batch">At its offset.</param>
    /// <param name="marker">What a control batch says; null for any other batch.</param>
    /// <param name="began">The batch is the first of a transaction.</param>
    /// <returns>The transaction that a marker ended; null if there was none.</returns>
    public CompletedTransaction? Update(in RecordBatch batch, MarkerRecord? marker, out bool began)
    {
        began = false;
        if (!batch.HasProducerId || (batch.IsControl && marker is null))
            return null;
        if (!_producers.TryGetValue(batch.ProducerId, out var producer))
            _producers.Add(batch.ProducerId, producer = new ProducerState(batch.ProducerId));
        if (_guards.Count > 0)
            _guards.Remove(batch.ProducerId);
        if (marker is { } end)
        {
            CompletedTransaction? completed = producer.HasTransaction
                ? new(batch.ProducerId, producer.CurrentTxnFirstOffset, batch.BaseOffset, end.Marker is TransactionMarker.Abort)
                : null;
            producer.EndTransaction(batch.ProducerEpoch, end.CoordinatorEpoch, batch.MaxTimestamp);
            return completed;
        }

        producer.Add(batch.ProducerEpoch, new(batch.BaseSequence, LastSequence(batch), batch.LastOffset, batch.LastOffsetDelta, batch.MaxTimestamp));
        began = batch.IsTransactional && !producer.HasTransaction;
        if (began)
            producer.BeginTransaction(batch.BaseOffset);
        return null;
    }

    public void Restore(ProducerState producer) => _producers[producer.ProducerId] = producer;

    /// <summary>Takes over the batches of states that were read from the end of the log.</summary>
    public void TakeBatches(ProducerStates tail)
    {
        foreach (var producer in tail.All)
        {
            if (_producers.TryGetValue(producer.ProducerId, out var known))
                known.TakeBatches(producer);
        }
    }

    /// <summary>Forgets producers whose last batch is older than that, but never one with a transaction under way.</summary>
    public void Expire(long beforeTimestampMs)
    {
        foreach (var (id, producer) in _producers)
        {
            if (producer.LastTimestampMs < beforeTimestampMs && !producer.HasTransaction)
                _producers.Remove(id);
        }

        foreach (var (id, guard) in _guards)
        {
            if (guard.TimestampMs < beforeTimestampMs)
                _guards.Remove(id);
        }
    }

    public void Clear() => _producers.Clear();

    /// <summary>Sequences run from 0 to 2147483647 and then from 0 again.</summary>
    public static int Advance(int sequence, int by) => (int)(((long)sequence + by) & int.MaxValue);

    private static int LastSequence(in RecordBatch batch) => batch.BaseSequence < 0 ? -1 : Advance(batch.BaseSequence, batch.LastOffsetDelta);

    private static bool InSequence(in RecordBatch batch, ProducerState? producer, VerificationGuard? guard)
    {
        if (guard is not null && (batch.BaseSequence > guard.LowestSequence || (guard.SupportsEpochBump && batch.BaseSequence != 0 && producer?.Last is null)))
            return false;
        if (producer is null)
            return true; // an unknown producer may begin anywhere: its state may have expired
        if (batch.ProducerEpoch != producer.Epoch || producer.Last is not { LastSequence: >= 0 } last)
            return batch.BaseSequence == 0;
        return batch.BaseSequence == Advance(last.LastSequence, 1);
    }
}
