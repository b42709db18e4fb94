using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeCluster (key 60), versions 0 and 1: the one broker and its cluster.
/// <para>v1 asks for brokers or controllers (KIP-919); there is no separate controller to tell of.</para>
/// </summary>
internal static class DescribeCluster
{
    private const sbyte Brokers = 1;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeClusterRequest request)
    {
        var broker = context.Broker;
        if (request.EndpointType != Brokers)
        {
            return new(new DescribeClusterResponse
            {
                ErrorCode = ErrorCode.MismatchedEndpointType,
                ErrorMessage = "The request was sent to an endpoint of the wrong type: this is a broker.",
            });
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
}
