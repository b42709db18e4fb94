using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// FindCoordinator, versions 0 to 5: which broker runs a group or a transaction. There is one broker, so it is always this one.
/// v1 tells groups (0) from transactions (1); v4 many keys in one request (KIP-699). Share groups (2, v6) are not supported.
/// </summary>
internal static class FindCoordinator
{
    private const sbyte GroupKey = 0, TransactionKey = 1;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, FindCoordinatorRequest request)
    {
        var supported = request.KeyType is GroupKey or TransactionKey;
        var error = supported ? ErrorCode.None : ErrorCode.InvalidRequest;
        var node = supported ? context.Broker.NodeId : -1;
        var (host, port) = supported ? (context.Peer.Advertised.Host, context.Peer.Advertised.Port) : ("", -1);
        return ValueTask.FromResult<IMessage?>(context.Version >= 4
            ? new FindCoordinatorResponse
            {
                Coordinators = request.CoordinatorKeys.ConvertAll(key => new FindCoordinatorResponseCoordinator
                {
                    Key = key, NodeId = node, Host = host, Port = port, ErrorCode = error, ErrorMessage = "",
                }),
            }
            : new FindCoordinatorResponse { NodeId = node, Host = host, Port = port, ErrorCode = error, ErrorMessage = supported ? "NONE" : "A coordinator of this key type is not supported." });
    }
}
