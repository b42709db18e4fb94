using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// InitProducerId (key 22), versions 0 to 5: a fresh id for an idempotent producer; for a transactional one its id with a higher epoch,
/// which fences whoever had it before and aborts what that left open (CONCURRENT_TRANSACTIONS meanwhile).
/// <para>Not supported: two-phase commit (v6, KIP-939), which Apache Kafka has unstable and does not advertise either.</para>
/// <para>v2 flexible; v3 the producer's current id, to go on after an error (KIP-360); v4 PRODUCER_FENCED; v5 transactions V2 (KIP-890).</para>
/// </summary>
internal static class InitProducerId
{
    private const short FirstVersionWithProducerFenced = 4;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        var result = request.TransactionalId is { } id ? await InitAsync(context, request, id) : InitIdempotent(context, request);
        var error = result.Error is ErrorCode.ProducerFenced && context.Version < FirstVersionWithProducerFenced ? ErrorCode.InvalidProducerEpoch : result.Error;
        return new InitProducerIdResponse { ErrorCode = error, ProducerId = result.Producer.ProducerId, ProducerEpoch = result.Producer.Epoch };
    }

    private static async ValueTask<InitProducerIdResult> InitAsync(RequestContext context, InitProducerIdRequest request, string id)
    {
        if (!context.AllowsTransactionalId(AclOperation.Write, id))
        {
            return InitProducerIdResult.Failed(ErrorCode.TransactionalIdAuthorizationFailed);
        }

        if (id.Length == 0 || IsHalf(request))
        {
            return InitProducerIdResult.Failed(ErrorCode.InvalidRequest);
        }

        ProducerIdAndEpoch? claimed = request.ProducerId == -1 ? null : new(request.ProducerId, request.ProducerEpoch);
        return await context.Broker.Transactions.InitProducerIdAsync(id, request.TransactionTimeoutMs, claimed, context.Released);
    }

    /// <summary>Half an identity is none.</summary>
    private static bool IsHalf(InitProducerIdRequest request) => request.ProducerId == -1 != (request.ProducerEpoch == -1);

    private static InitProducerIdResult InitIdempotent(RequestContext context, InitProducerIdRequest request)
    {
        if (!context.AllowsCluster(AclOperation.IdempotentWrite) && !context.AllowsAnyTopic(AclOperation.Write))
        {
            return InitProducerIdResult.Failed(ErrorCode.ClusterAuthorizationFailed);
        }

        if (IsHalf(request))
        {
            return InitProducerIdResult.Failed(ErrorCode.InvalidRequest);
        }

        try
        {
            return new(ErrorCode.None, new(context.Broker.Storage.ProducerIds.Next(), 0));
        }
        catch (StorageException)
        {
            // The disk has failed, which storage has logged; a producer tries again after this one.
            return InitProducerIdResult.Failed(ErrorCode.CoordinatorNotAvailable);
        }
    }
}
