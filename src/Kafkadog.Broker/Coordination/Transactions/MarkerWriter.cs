using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Transactions;

/// <summary>Writes markers into the broker's own logs. Those of the offsets topic go through the group coordinator, whose loop alone writes there.</summary>
internal sealed class MarkerWriter(TopicRegistry topics, GroupCoordinator groups) : IMarkerWriter
{
    public async ValueTask<ErrorCode> WriteAsync(TopicPartition partition, TransactionEnd end, CancellationToken cancellationToken)
    {
        if (topics.Partition(partition.Topic, partition.Partition) is not { } log) return ErrorCode.UnknownTopicOrPartition;
        return string.Equals(partition.Topic, TopicNames.ConsumerOffsets, StringComparison.Ordinal)
            ? await groups.EndTransactionAsync(partition.Partition, end, cancellationToken)
            : await log.AppendMarkerAsync(end);
    }
}
