using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AddOffsetsToTxn (key 25), versions 0 to 4: makes the partition of the offsets topic that keeps a group part of a transaction, so that
/// its committed offsets count when the transaction commits. With transactions V2 clients leave it out: TxnOffsetCommit does it.
/// <para>v2 PRODUCER_FENCED; v3 flexible; v4 TRANSACTION_ABORTABLE (KIP-890).</para>
/// </summary>
internal static class AddOffsetsToTxn
{
    private const short FirstVersionWithProducerFenced = 2;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, AddOffsetsToTxnRequest request)
    {
        var error = await AddAsync(context, request);
        return new AddOffsetsToTxnResponse
        {
            ErrorCode = error is ErrorCode.ProducerFenced && context.Version < FirstVersionWithProducerFenced ? ErrorCode.InvalidProducerEpoch : error,
        };
    }

    private static async ValueTask<ErrorCode> AddAsync(RequestContext context, AddOffsetsToTxnRequest request)
    {
        if (!context.AllowsTransactionalId(AclOperation.Write, request.TransactionalId))
        {
            return ErrorCode.TransactionalIdAuthorizationFailed;
        }

        if (!context.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return ErrorCode.GroupAuthorizationFailed;
        }

        if (request.TransactionalId.Length == 0)
        {
            return ErrorCode.InvalidRequest;
        }

        // The marker needs a partition to go to.
        if (context.Broker.Groups.EnsureLogCreated() is not ErrorCode.None and var missing)
        {
            return missing;
        }

        var partition = new TopicPartition(TopicNames.ConsumerOffsets, context.Broker.Groups.PartitionOf(request.GroupId));
        return await context.Broker.Transactions.AddPartitionsAsync(
            request.TransactionalId, new(request.ProducerId, request.ProducerEpoch), [partition], ClientTransactionVersion.V0, context.Released);
    }
}
