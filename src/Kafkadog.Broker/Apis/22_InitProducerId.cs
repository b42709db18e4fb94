using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// InitProducerId (key 22), versions 0 to 5: a fresh producer id for an idempotent producer.
/// <para>Not supported: transactional ids. They are refused with TRANSACTIONAL_ID_AUTHORIZATION_FAILED, the one error that both Java's
/// client and librdkafka take for final; others they repeat until their time is up. v2 flexible; v3 the producer's current id (KIP-360); v4 PRODUCER_FENCED.</para>
/// </summary>
internal static class InitProducerId
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, InitProducerIdRequest request)
    {
        var response = new InitProducerIdResponse { ProducerEpoch = -1 };
        if (request.TransactionalId is null && !context.AllowsCluster(AclOperation.IdempotentWrite) && !context.AllowsAnyTopic(AclOperation.Write))
        {
            response.ErrorCode = ErrorCode.ClusterAuthorizationFailed;
            return new(response);
        }

        if (request.TransactionalId is { } id)
        {
            response.ErrorCode = id.Length == 0 ? ErrorCode.InvalidRequest : ErrorCode.TransactionalIdAuthorizationFailed;
            return new(response);
        }

        try
        {
            (response.ProducerId, response.ProducerEpoch) = (context.Broker.Storage.ProducerIds.Next(), 0);
        }
        catch (StorageException)
        {
            // The disk has failed, which storage has logged; a producer tries again after this one.
            response.ErrorCode = ErrorCode.CoordinatorNotAvailable;
        }

        return new(response);
    }
}
