using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>Where transactional ids survive: the partitions of <c>__transaction_state</c>.</summary>
internal interface ITransactionLog
{
    int PartitionCount { get; }

    /// <summary>The epoch that markers of a partition's coordinator carry: each start of the broker raises it.</summary>
    int CoordinatorEpoch(int partition);

    /// <summary>Creates the topic if it is not there yet.</summary>
    ErrorCode EnsureCreated();

    /// <summary>Shows every record there is, in order; once, before the first append.</summary>
    void Replay(Action<int, TransactionRecord> each);

    /// <summary>Writes records in order. When the task has ended with None they survive what the broker's flush mode promises.</summary>
    ValueTask<ErrorCode> AppendAsync(int partition, IReadOnlyList<TransactionRecord> records);
}
