using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// What one turn of the coordinator's loop has gathered: the records of each partition of the offsets topic, and the answers that wait
/// for them. Many requests share one write this way (Apache Kafka lingers 10 ms to the same end; here the previous write is the linger).
/// </summary>
internal sealed class CoordinatorTurn
{
    private readonly Dictionary<int, PartitionTurn> _partitions = [];

    public GroupTime Now { get; private set; }

    public IReadOnlyDictionary<int, PartitionTurn> Partitions => _partitions;

    public void Begin(GroupTime now)
    {
        Now = now;
        _partitions.Clear();
    }

    public PartitionTurn this[int partition]
    {
        get
        {
            if (!_partitions.TryGetValue(partition, out var turn)) _partitions.Add(partition, turn = new PartitionTurn());
            return turn;
        }
    }
}

/// <summary>The part of a turn that one partition of the offsets topic stands for: written and answered as a whole.</summary>
internal sealed class PartitionTurn
{
    private readonly List<OffsetsBatch> _batches = [];
    private readonly List<Reply> _replies = [];

    public IReadOnlyList<OffsetsBatch> Batches => _batches;

    /// <summary>The append of the batches; at once done when there are none.</summary>
    public Task<ErrorCode> Writing { get; set; } = Task.FromResult(ErrorCode.None);

    /// <summary>Adds a record; it shares a batch with its neighbours of the same producer.</summary>
    public void Write(OffsetsRecord record, TransactionalProducer? transaction = null)
    {
        if (_batches.Count == 0 || _batches[^1].Transaction != transaction || _batches[^1].Marker is not null) _batches.Add(new OffsetsBatch(transaction, []));
        _batches[^1].Records.Add(record);
    }

    /// <summary>Adds the marker that ends a transaction.</summary>
    public void Write(TransactionEnd end) => _batches.Add(new OffsetsBatch(new TransactionalProducer(end.ProducerId, end.ProducerEpoch), [], end));

    /// <summary>The epoch with which the turn writes transactional batches of that producer; null when it writes none.</summary>
    public short? WritesAs(long producerId) => _batches.FindLast(batch => batch.Transaction?.ProducerId == producerId)?.Transaction?.Epoch;

    /// <summary>True when the turn ends a transaction of that producer.</summary>
    public bool Ends(long producerId) => _batches.Exists(batch => batch.Marker?.ProducerId == producerId);

    public void Answer<T>(Reply<T> reply, T answer)
    {
        reply.Settle(answer);
        _replies.Add(reply);
    }

    /// <summary>Takes over what a group wants to say.</summary>
    public void Take(IReadOnlyList<Reply> replies) => _replies.AddRange(replies);

    public void Deliver()
    {
        foreach (var reply in _replies) reply.Deliver();
    }

    public void DeliverError(ErrorCode error)
    {
        foreach (var reply in _replies) reply.DeliverError(error);
    }
}
