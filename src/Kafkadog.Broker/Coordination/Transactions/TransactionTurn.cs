using Kafkadog.Broker.Coordination.Groups;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>What one turn of the coordinator's loop has gathered: the records of each partition of the log, the answers that wait for them, and what is to be done then.</summary>
internal sealed class TransactionTurn
{
    private readonly Dictionary<int, TransactionPartitionTurn> _partitions = [];

    /// <summary>Wall clock, unix milliseconds: deadlines are in the log and must mean the same after a restart.</summary>
    public long NowMs { get; private set; }

    public IReadOnlyDictionary<int, TransactionPartitionTurn> Partitions => _partitions;

    public void Begin(long nowMs)
    {
        NowMs = nowMs;
        _partitions.Clear();
    }

    public TransactionPartitionTurn this[int partition]
    {
        get
        {
            if (!_partitions.TryGetValue(partition, out var turn)) _partitions.Add(partition, turn = new TransactionPartitionTurn());
            return turn;
        }
    }
}

/// <summary>The part of a turn that one partition of the log stands for.</summary>
internal sealed class TransactionPartitionTurn
{
    private readonly List<Reply> _replies = [];

    public List<TransactionRecord> Records { get; } = [];

    /// <summary>Done after the records are in the log.</summary>
    public List<Action> Afterwards { get; } = [];

    public void Answer<T>(Reply<T> reply, T answer)
    {
        reply.Settle(answer);
        _replies.Add(reply);
    }

    public void Deliver()
    {
        foreach (var reply in _replies) reply.Deliver();
        foreach (var next in Afterwards) next();
    }

    public void DeliverError(Protocol.ErrorCode error)
    {
        foreach (var reply in _replies) reply.DeliverError(error);
    }
}
