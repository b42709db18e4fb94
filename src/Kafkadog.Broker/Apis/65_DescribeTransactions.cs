using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>DescribeTransactions (key 65), version 0: state, producer, timeout and partitions of transactional ids (KIP-664).</summary>
internal static class DescribeTransactions
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeTransactionsRequest request)
    {
        var allowed = request.TransactionalIds.Distinct(StringComparer.Ordinal).ToLookup(id => context.AllowsTransactionalId(AclOperation.Describe, id));
        var described = await context.Broker.Transactions.DescribeAsync([.. allowed[true]], context.Released);
        return new DescribeTransactionsResponse
        {
            TransactionStates =
            [
                .. allowed[false].Select(id => Failed(id, ErrorCode.TransactionalIdAuthorizationFailed)),
                .. described.Select(one => one.Metadata is { } metadata ? Describe(context, metadata) : Failed(one.TransactionalId, one.Error)),
            ],
        };
    }

    private static DescribeTransactionsResponseTransactionState Describe(RequestContext context, TransactionMetadata metadata) => new()
    {
        TransactionalId = metadata.TransactionalId,
        TransactionState = metadata.Status.ToString(),
        TransactionTimeoutMs = metadata.TimeoutMs,
        TransactionStartTimeMs = metadata.StartMs,
        ProducerId = metadata.ProducerId,
        ProducerEpoch = metadata.ProducerEpoch,
        Topics =
        [
            .. metadata.Partitions.GroupBy(partition => partition.Topic, StringComparer.Ordinal)
                .Where(topic => context.AllowsTopic(AclOperation.Describe, topic.Key))
                .Select(topic => new DescribeTransactionsResponseTopic { Topic = topic.Key, Partitions = [.. topic.Select(partition => partition.Partition)] }),
        ],
    };

    private static DescribeTransactionsResponseTransactionState Failed(string id, ErrorCode error) => new() { TransactionalId = id, ErrorCode = error };
}
