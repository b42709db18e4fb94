namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>How a client runs its transactions, as the version of its requests tells; the number is the one in the log.</summary>
internal enum ClientTransactionVersion : short
{
    /// <summary>Partitions are added by requests of their own, and the epoch stays.</summary>
    V0 = 0,

    /// <summary>As V0, with flexible records in the log.</summary>
    V1 = 1,

    /// <summary>Partitions are added by producing to them, and every transaction ends with a higher epoch (KIP-890).</summary>
    V2 = 2,
}
