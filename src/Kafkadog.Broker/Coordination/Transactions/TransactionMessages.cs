using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>The answer to InitProducerId; id and epoch are -1 with an error.</summary>
internal readonly record struct InitProducerIdResult(ErrorCode Error, ProducerIdAndEpoch Producer)
{
    public static InitProducerIdResult Failed(ErrorCode error) => new(error, ProducerIdAndEpoch.None);
}

/// <summary>The answer to EndTxn.</summary>
/// <param name="Producer">What the producer goes on with (transactions V2); -1 and -1 with an error.</param>
internal readonly record struct EndTransactionResult(ErrorCode Error, ProducerIdAndEpoch Producer)
{
    public static EndTransactionResult Failed(ErrorCode error) => new(error, ProducerIdAndEpoch.None);
}

/// <summary>One id of DescribeTransactions; without metadata for an error.</summary>
internal readonly record struct TransactionDescription(string TransactionalId, ErrorCode Error, TransactionMetadata? Metadata);
