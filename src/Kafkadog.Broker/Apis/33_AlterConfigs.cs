using System.Globalization;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AlterConfigs (key 33), versions 0 to 2: replaces all settings of a topic, a group or the broker; those not named return to their defaults.
/// <para>Of the broker only the defaults of topics can be changed while it runs, for this node or for all (KIP-226). v2 flexible.</para>
/// </summary>
internal static class AlterConfigs
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, AlterConfigsRequest request)
    {
        var twice = Twice(request.Resources.Select(resource => (resource.ResourceType, resource.ResourceName)));
        return new(new AlterConfigsResponse
        {
            Responses = request.Resources.ConvertAll(resource =>
            {
                var changes = resource.Configs.ConvertAll(config => new ConfigChange(config.Name, ConfigOperation.Set, config.Value));
                var (error, message) = twice.Contains((resource.ResourceType, resource.ResourceName)) ? (ErrorCode.InvalidRequest, "Each resource must appear at most once.")
                    : ConfigResource.Refusal(context, AclOperation.AlterConfigs, resource.ResourceType, resource.ResourceName) is { Error: not ErrorCode.None } refusal ? refusal
                    : Apply(context.Broker, resource.ResourceType, resource.ResourceName, changes, replaceAll: true, request.ValidateOnly);
                return new AlterConfigsResponseResource { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error, ErrorMessage = message };
            }),
        });
    }

    /// <summary>What a request names more than once.</summary>
    public static HashSet<(sbyte Type, string Name)> Twice(IEnumerable<(sbyte Type, string Name)> resources) =>
        [.. resources.GroupBy(resource => resource).Where(group => group.Skip(1).Any()).Select(group => group.Key)];

    /// <summary>Also what IncrementalAlterConfigs does with one resource.</summary>
    public static (ErrorCode Error, string? Message) Apply(
        BrokerState broker, sbyte resourceType, string name, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly)
    {
        if (changes.GroupBy(change => change.Name, StringComparer.Ordinal).Any(group => group.Skip(1).Any()))
        {
            return (ErrorCode.InvalidRequest, "Error due to duplicate config keys");
        }

        if (changes.FirstOrDefault(change => change.Operation != ConfigOperation.Delete && change.Value is null) is { Name: { } without })
        {
            return (ErrorCode.InvalidRequest, $"Null value not supported for : {without}");
        }

        switch (resourceType)
        {
            case ConfigResource.Topic when TopicNames.Problem(name) is { } problem:
                return (ErrorCode.InvalidTopicException, problem);
            case ConfigResource.Topic:
                var result = broker.Topics.AlterConfigs(name, changes, replaceAll, validateOnly);
                return (result.Error, result.ErrorMessage);
            case ConfigResource.Group when name.Length == 0:
                return (ErrorCode.InvalidRequest, "Default group resources are not allowed.");
            case ConfigResource.Group:
                var altered = broker.Storage.GroupConfigs.Alter(name, changes, configs => GroupConfigLimits.Problem(configs, GroupOptions.From(broker.Options)), replaceAll, validateOnly);
                return (altered.Error, altered.ErrorMessage);
            case ConfigResource.Broker or ConfigResource.BrokerLogger when name.Length > 0 && !int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _):
                return (ErrorCode.InvalidRequest, $"Node id must be an integer, but it is: {name}");
            case ConfigResource.Broker when name.Length > 0 && int.Parse(name, CultureInfo.InvariantCulture) != broker.NodeId:
                return (ErrorCode.InvalidRequest, $"Unexpected broker id, expected {broker.NodeId}, but received {name}");
            case ConfigResource.Broker:
                return OfBroker(broker, ofNode: name.Length > 0, changes, replaceAll, validateOnly);
            case ConfigResource.BrokerLogger when name != broker.NodeId.ToString(CultureInfo.InvariantCulture):
                return (ErrorCode.InvalidRequest, $"Unexpected node id. Expected {broker.NodeId}, but received {name}");
            case ConfigResource.BrokerLogger:
                return (ErrorCode.InvalidRequest, "The levels this broker logs at are a setting of the program it runs in.");
            case ConfigResource.ClientMetrics:
                return (ErrorCode.InvalidRequest, "This broker does not collect metrics of clients.");
            default:
                return (ErrorCode.InvalidRequest, $"Unknown resource type {resourceType}");
        }
    }

    private static (ErrorCode Error, string? Message) OfBroker(BrokerState broker, bool ofNode, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly)
    {
        var result = broker.Storage.BrokerConfigs.Alter(ofNode, changes, replaceAll, validateOnly);
        if (result.Error == ErrorCode.None && !validateOnly)
        {
            broker.Topics.ReloadDefaults();
        }

        return result;
    }
}
