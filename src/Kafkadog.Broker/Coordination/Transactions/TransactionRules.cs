using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>What a rule decides: an error or none, and the next state if there is one. Both together: the id changes, and whoever asked must come again.</summary>
internal readonly record struct TransactionDecision(ErrorCode Error, TransactionMetadata? Next = null)
{
    public static implicit operator TransactionDecision(ErrorCode error) => new(error);

    public static implicit operator TransactionDecision(TransactionMetadata next) => new(ErrorCode.None, next);

    public static TransactionDecision FromErrorCode(ErrorCode error) => error;

    public static TransactionDecision FromTransactionMetadata(TransactionMetadata next) => next;
}

/// <summary>
/// The state machine of a transactional id, as pure functions: state, input and time go in, the decision comes out. No I/O, no clock, no lock.
/// <para>How a producer comes to its epoch is in TransactionRules.Producer.cs, how a transaction ends in TransactionRules.Ending.cs.</para>
/// </summary>
/// <remarks>KIP-98 (transactions), KIP-360 (recovery by raising the epoch), KIP-890 (transactions V2).</remarks>
internal static partial class TransactionRules
{
    /// <summary>Makes the partitions part of the transaction, beginning one if there is none.</summary>
    public static TransactionDecision AddPartitions(
        TransactionMetadata now, ProducerIdAndEpoch who, IReadOnlyCollection<TopicPartition> partitions, ClientTransactionVersion version, long nowMs)
    {
        if (CheckProducer(now, who) is not ErrorCode.None and var error)
            return error;
        if (now.Status is TransactionStatus.Ongoing && now.Partitions.IsSupersetOf(partitions))
            return ErrorCode.None;
        return now.To(TransactionStatus.Ongoing, nowMs) with
        {
            Partitions = now.Partitions.Union(partitions),
            StartMs = now.IsAtRest ? nowMs : now.StartMs,
            ClientVersion = version,
        };
    }

    /// <summary>Whether a partition belongs to the producer's transaction: None, TRANSACTION_ABORTABLE if not, or what is wrong with the producer.</summary>
    public static ErrorCode Verify(TransactionMetadata now, ProducerIdAndEpoch who, TopicPartition partition)
    {
        if (CheckProducer(now, who) is not ErrorCode.None and var error)
            return error;
        return now.Partitions.Contains(partition) ? ErrorCode.None : ErrorCode.TransactionAbortable;
    }

    /// <summary>True when a transaction has been open for longer than its producer asked for.</summary>
    public static bool IsTimedOut(TransactionMetadata now, long nowMs) =>
        now.Status is TransactionStatus.Ongoing && now.StartMs + now.TimeoutMs < nowMs;

    /// <summary>True when nobody has used the id for that long.</summary>
    public static bool IsExpired(TransactionMetadata now, long nowMs, long expirationMs) =>
        now.IsAtRest && now.LastUpdateMs <= nowMs - expirationMs;

    private static ErrorCode CheckProducer(TransactionMetadata now, ProducerIdAndEpoch who)
    {
        if (now.ProducerId != who.ProducerId)
            return ErrorCode.InvalidProducerIdMapping;
        if (now.ProducerEpoch != who.Epoch)
            return ErrorCode.ProducerFenced;
        return now.IsEnding ? ErrorCode.ConcurrentTransactions : ErrorCode.None;
    }
}
