using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// FindCoordinator, versions 0 to 6: which broker runs a group or a transaction. There is one broker, so it is always this one.
/// v1 tells groups (0) from transactions (1); v4 many keys in one request (KIP-699). Share groups (2, v6) are not supported.
/// </summary>
internal static class FindCoordinator
{
    private const sbyte GroupKey = 0, TransactionKey = 1;

    private readonly record struct Place(int NodeId, string Host, int Port, ErrorCode Error, string Message);

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, FindCoordinatorRequest request)
    {
        if (context.Version >= 4)
        {
            return new(new FindCoordinatorResponse
            {
                Coordinators = request.CoordinatorKeys.ConvertAll(key =>
                {
                    var place = Find(context, request.KeyType, key);
                    return new FindCoordinatorResponseCoordinator { Key = key, NodeId = place.NodeId, Host = place.Host, Port = place.Port, ErrorCode = place.Error, ErrorMessage = place.Error == ErrorCode.InvalidRequest ? place.Message : "" };
                }),
            });
        }

        var only = Find(context, request.KeyType, request.Key);
        return new(new FindCoordinatorResponse { NodeId = only.NodeId, Host = only.Host, Port = only.Port, ErrorCode = only.Error, ErrorMessage = only.Message });
    }

    private static Place Find(RequestContext context, sbyte type, string key) => type switch
    {
        GroupKey when !context.AllowsGroup(AclOperation.Describe, key) => None(ErrorCode.GroupAuthorizationFailed, "Group authorization failed."),
        TransactionKey when !context.AllowsTransactionalId(AclOperation.Describe, key) => None(ErrorCode.TransactionalIdAuthorizationFailed, "Transactional Id authorization failed."),
        // As in Apache Kafka the first question for a coordinator has its log made.
        GroupKey when context.Broker.Groups.EnsureLogCreated() is not ErrorCode.None => None(ErrorCode.CoordinatorNotAvailable, "The offsets log could not be made."),
        TransactionKey when context.Broker.Transactions.EnsureLogCreated() is not ErrorCode.None => None(ErrorCode.CoordinatorNotAvailable, "The transaction log could not be made."),
        GroupKey or TransactionKey => new(context.Broker.NodeId, context.Peer.Advertised.Host, context.Peer.Advertised.Port, ErrorCode.None, "NONE"),
        _ => None(ErrorCode.InvalidRequest, DefaultMessages.InvalidRequest),
    };

    private static Place None(ErrorCode error, string message) => new(-1, "", -1, error, message);
}
