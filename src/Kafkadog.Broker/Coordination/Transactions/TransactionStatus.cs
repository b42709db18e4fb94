namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>The states of a transactional id, by the number the log has for them. Their names are those DescribeTransactions tells.</summary>
internal enum TransactionStatus : sbyte
{
    /// <summary>No transaction has begun since the producer was initialised.</summary>
    Empty = 0,

    /// <summary>Partitions have been added.</summary>
    Ongoing = 1,

    /// <summary>The decision is in the log; the markers are being written.</summary>
    PrepareCommit = 2,

    /// <inheritdoc cref="PrepareCommit"/>
    PrepareAbort = 3,

    /// <summary>Every partition has its marker.</summary>
    CompleteCommit = 4,

    /// <inheritdoc cref="CompleteCommit"/>
    CompleteAbort = 5,

    /// <summary>The id expired and is being removed.</summary>
    Dead = 6,

    /// <summary>Apache Kafka's name for the moment in which an epoch is raised to fence a producer. Never in the log.</summary>
    PrepareEpochFence = 7,
}
