using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>Ends transactions in partitions.</summary>
internal interface IMarkerWriter
{
    /// <summary>None when the marker is in the log. UNKNOWN_TOPIC_OR_PARTITION, INVALID_PRODUCER_EPOCH and TRANSACTION_COORDINATOR_FENCED are final.</summary>
    ValueTask<ErrorCode> WriteAsync(TopicPartition partition, TransactionEnd end, CancellationToken cancellationToken);
}
