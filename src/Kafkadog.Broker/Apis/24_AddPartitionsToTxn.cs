using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AddPartitionsToTxn (key 24), versions 0 to 5: makes partitions part of a transaction. All or none: when one does not exist, the others
/// are answered OPERATION_NOT_ATTEMPTED.
/// <para>From v4 on it is what brokers send to each other: many transactions in one request, which may only be verified. Clients use v3
/// and below, and with transactions V2 none at all.</para>
/// <para>v2 PRODUCER_FENCED; v3 flexible; v4 many transactions and verification (KIP-890); v5 transactions V2.</para>
/// </summary>
internal static class AddPartitionsToTxn
{
    private const short FirstVersionWithProducerFenced = 2, FirstVersionOfBrokers = 4;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, AddPartitionsToTxnRequest request) =>
        context.Version < FirstVersionOfBrokers ? await AddAsync(context, request) : await AddManyAsync(context, request);

    private static async Task<AddPartitionsToTxnResponse> AddAsync(RequestContext context, AddPartitionsToTxnRequest request)
    {
        List<TopicPartition> partitions = [.. request.V3AndBelowTopics.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p)))];
        var errors = await RunAsync(
            context, request.V3AndBelowTransactionalId, new(request.V3AndBelowProducerId, request.V3AndBelowProducerEpoch), partitions, verifyOnly: false);
        var next = 0;
        return new AddPartitionsToTxnResponse
        {
            ResultsByTopicV3AndBelow = request.V3AndBelowTopics.ConvertAll(topic => new AddPartitionsToTxnResponseResultsByTopicV3AndBelow
            {
                Name = topic.Name,
                ResultsByPartition = topic.Partitions.ConvertAll(p => new AddPartitionsToTxnResponseResultsByPartition { PartitionIndex = p, PartitionErrorCode = errors[next++] }),
            }),
        };
    }

    private static async Task<AddPartitionsToTxnResponse> AddManyAsync(RequestContext context, AddPartitionsToTxnRequest request)
    {
        if (!context.AllowsCluster(AclOperation.ClusterAction))
        {
            return new AddPartitionsToTxnResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed };
        }

        var response = new AddPartitionsToTxnResponse();
        foreach (var transaction in request.Transactions)
        {
            List<TopicPartition> partitions = [.. transaction.Topics.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p)))];
            var errors = await RunAsync(context, transaction.TransactionalId, new(transaction.ProducerId, transaction.ProducerEpoch), partitions, transaction.VerifyOnly);
            var next = 0;
            response.ResultsByTransaction.Add(new AddPartitionsToTxnResponseResultsByTransaction
            {
                TransactionalId = transaction.TransactionalId,
                TopicResults = transaction.Topics.ConvertAll(topic => new AddPartitionsToTxnResponseTopicResult
                {
                    Name = topic.Name,
                    ResultsByPartition = topic.Partitions.ConvertAll(p => new AddPartitionsToTxnResponseTopicResultResultsByPartition { PartitionIndex = p, PartitionErrorCode = errors[next++] }),
                }),
            });
        }

        return response;
    }

    private static async Task<ErrorCode[]> RunAsync(
        RequestContext context, string transactionalId, ProducerIdAndEpoch who, List<TopicPartition> partitions, bool verifyOnly)
    {
        if (!context.AllowsTransactionalId(AclOperation.Write, transactionalId))
        {
            return ForAll(ErrorCode.TransactionalIdAuthorizationFailed);
        }

        ErrorCode[] problems = [.. partitions.Select(partition => Problem(context, partition))];
        if (Array.Exists(problems, problem => problem is not ErrorCode.None))
        {
            return Array.ConvertAll(problems, problem => problem is ErrorCode.None ? ErrorCode.OperationNotAttempted : problem);
        }

        if (transactionalId.Length == 0)
        {
            return ForAll(ErrorCode.InvalidRequest);
        }

        if (verifyOnly)
        {
            return await context.Broker.Transactions.VerifyPartitionsAsync(transactionalId, who, partitions, context.Released);
        }

        var version = context.Version > FirstVersionOfBrokers ? ClientTransactionVersion.V2 : ClientTransactionVersion.V0;
        var error = await context.Broker.Transactions.AddPartitionsAsync(transactionalId, who, partitions, version, context.Released);
        return ForAll(error is ErrorCode.ProducerFenced && context.Version < FirstVersionWithProducerFenced ? ErrorCode.InvalidProducerEpoch : error);

        ErrorCode[] ForAll(ErrorCode error) => [.. partitions.Select(_ => error)];
    }

    private static ErrorCode Problem(RequestContext context, TopicPartition partition)
    {
        // A broker has checked its client before. Markers in internal topics come of AddOffsetsToTxn only.
        if (context.Version < FirstVersionOfBrokers && (TopicNames.IsInternal(partition.Topic) || !context.AllowsTopic(AclOperation.Write, partition.Topic)))
        {
            return ErrorCode.TopicAuthorizationFailed;
        }

        return context.Broker.Topics.Partition(partition.Topic, partition.Partition) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None;
    }
}
