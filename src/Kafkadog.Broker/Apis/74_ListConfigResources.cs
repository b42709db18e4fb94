using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ListConfigResources (key 74), versions 0 and 1: what can have settings (KIP-1142). v0 only knows subscriptions to client metrics, of
/// which this broker has none; v1 all types, or those asked for.
/// </summary>
internal static class ListConfigResources
{
    private static readonly IReadOnlyList<sbyte> s_types =
        [ConfigResource.Topic, ConfigResource.Broker, ConfigResource.BrokerLogger, ConfigResource.ClientMetrics, ConfigResource.Group];

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, ListConfigResourcesRequest request)
    {
        if (!context.AllowsCluster(AclOperation.DescribeConfigs))
        {
            return new(new ListConfigResourcesResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed });
        }

        if (context.Version == 0)
        {
            return new(new ListConfigResourcesResponse());
        }

        var types = request.ResourceTypes.Count == 0 ? s_types : request.ResourceTypes;
        if (types.Any(type => !s_types.Contains(type)))
        {
            return new(new ListConfigResourcesResponse { ErrorCode = ErrorCode.UnsupportedVersion });
        }

        return new(new ListConfigResourcesResponse
        {
            ConfigResources = [.. types.Distinct().SelectMany(type => Names(context.Broker, type)
                .Select(name => new ListConfigResourcesResponseConfigResource { ResourceName = name, ResourceType = type }))],
        });
    }

    private static IEnumerable<string> Names(BrokerState broker, sbyte type) => type switch
    {
        ConfigResource.Topic => broker.Topics.All.Select(topic => topic.Name).Order(StringComparer.Ordinal),
        ConfigResource.Broker or ConfigResource.BrokerLogger => [broker.NodeId.ToString(CultureInfo.InvariantCulture)],
        ConfigResource.Group => broker.Storage.GroupConfigs.Groups.Order(StringComparer.Ordinal),
        _ => [],
    };
}
