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
        var response = new DescribeTransactionsResponse();
        foreach (var id in request.TransactionalIds)
        {
            response.TransactionStates.Add(await DescribeAsync(context, id));
        }

        return response;
    }

    private static async ValueTask<DescribeTransactionsResponseTransactionState> DescribeAsync(RequestContext context, string id)
    {
        if (!context.AllowsTransactionalId(AclOperation.Describe, id))
        {
            return Failed(id, ErrorCode.TransactionalIdAuthorizationFailed);
        }

        if (id.Length == 0)
        {
            return Failed(id, ErrorCode.InvalidRequest);
        }

        var described = await context.Broker.Transactions.DescribeAsync(id, context.Released);
        return described.Metadata is { } metadata ? Describe(context, metadata) : Failed(id, described.Error);
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
