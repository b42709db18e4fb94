using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeCluster (key 60), versions 0 to 2: the one broker and its cluster.
/// <para>v1 asks for brokers or controllers (KIP-919); there is no separate controller to tell of. v2 fenced brokers, of which there are none (KIP-1073).</para>
/// </summary>
internal static class DescribeCluster
{
    private const sbyte Brokers = 1, Controllers = 2;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeClusterRequest request)
    {
        var broker = context.Broker;
        if (request.EndpointType != Brokers)
        {
            return new(request.EndpointType == Controllers
                ? Failed(ErrorCode.MismatchedEndpointType, "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER")
                : Failed(ErrorCode.UnsupportedEndpointType, $"Unsupported endpoint type {request.EndpointType}"));
        }

        return new(new DescribeClusterResponse
        {
            EndpointType = Brokers,
            ClusterId = broker.Storage.ClusterId,
            ControllerId = broker.NodeId,
            Brokers = [new DescribeClusterResponseBroker { BrokerId = broker.NodeId, Host = context.Peer.Advertised.Host, Port = context.Peer.Advertised.Port }],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? AuthorizedOperations.OnCluster(context) : AuthorizedOperations.NotAsked,
        });
    }

    private static DescribeClusterResponse Failed(ErrorCode error, string message) => new() { ErrorCode = error, ErrorMessage = message };
}
