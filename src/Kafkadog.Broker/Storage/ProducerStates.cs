using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// What a partition remembers of its idempotent producers: epoch and last five batches of each, so that a batch sent again is
/// answered with its first offset and a gap is refused. Guarded by the log's lock.
/// <see href="https://cwiki.apache.org/confluence/display/KAFKA/KIP-98"/>
/// </summary>
internal sealed class ProducerStates
{
    private readonly Dictionary<long, ProducerState> _producers = [];

    public int Count => _producers.Count;

    public IEnumerable<ProducerState> All => _producers.Values;

    /// <summary>None to append, the batch sent before if this is the same one, or an error.</summary>
    public (ErrorCode Error, ProducerBatch? Duplicate) Check(in RecordBatch batch)
    {
        // Markers and the coordinators' transactional batches have no sequence; clients that leave it out were refused before.
        if (batch.BaseSequence < 0)
            return (ErrorCode.None, null);
        if (!batch.HasProducerId || !_producers.TryGetValue(batch.ProducerId, out var producer))
            return (ErrorCode.None, null); // an unknown producer may begin anywhere: its state may have expired
        if (batch.ProducerEpoch < producer.Epoch)
            return (ErrorCode.InvalidProducerEpoch, null);
        if (batch.ProducerEpoch > producer.Epoch)
            return (batch.BaseSequence == 0 ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber, null);
        if (producer.Find(batch.BaseSequence, LastSequence(batch)) is { } duplicate)
            return (ErrorCode.None, duplicate);
        return (producer.Last is not { } last || batch.BaseSequence == Advance(last.LastSequence, 1) ? ErrorCode.None : ErrorCode.OutOfOrderSequenceNumber, null);
    }

    /// <summary>Remembers a batch at its place in the log, while appending and while replaying.</summary>
    public void Update(in RecordBatch batch)
    {
        if (!batch.HasProducerId || batch.IsControl || batch.BaseSequence < 0)
            return;
        if (!_producers.TryGetValue(batch.ProducerId, out var producer))
            _producers.Add(batch.ProducerId, producer = new ProducerState(batch.ProducerId));
        producer.Add(batch.ProducerEpoch, new(batch.BaseSequence, LastSequence(batch), batch.LastOffset, batch.LastOffsetDelta, batch.MaxTimestamp));
    }

    public void Restore(ProducerState producer) => _producers[producer.ProducerId] = producer;

    /// <summary>Forgets producers whose last batch is older than that.</summary>
    public void Expire(long beforeTimestampMs)
    {
        foreach (var (id, producer) in _producers)
        {
            if (producer.LastTimestampMs < beforeTimestampMs)
                _producers.Remove(id);
        }
    }

    public void Clear() => _producers.Clear();

    /// <summary>Sequences run from 0 to 2147483647 and then from 0 again.</summary>
    public static int Advance(int sequence, int by) => (int)(((long)sequence + by) & int.MaxValue);

    private static int LastSequence(in RecordBatch batch) => Advance(batch.BaseSequence, batch.LastOffsetDelta);
}

/// <summary>A batch of an idempotent producer as remembered.</summary>
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
    public ProducerBatch? Last { get; private set; }
    public long LastTimestampMs { get; private set; } = -1;

    public void Add(short epoch, ProducerBatch batch)
    {
        if (epoch != Epoch)
            _batches.Clear();
        else if (_batches.Count == Window)
            _batches.Dequeue();
        Epoch = epoch;
        _batches.Enqueue(batch);
        Last = batch;
        LastTimestampMs = batch.TimestampMs;
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
}
