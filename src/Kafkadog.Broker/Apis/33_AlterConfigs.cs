using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AlterConfigs (key 33), versions 0 to 2: replaces all settings of a topic or a group; those not named return to their defaults.
/// <para>Settings of the broker are fixed when it starts. v2 flexible.</para>
/// </summary>
internal static class AlterConfigs
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, AlterConfigsRequest request)
    {
        var seen = new HashSet<(sbyte, string)>();
        return new(new AlterConfigsResponse
        {
            Responses = request.Resources.ConvertAll(resource =>
            {
                var changes = resource.Configs.ConvertAll(config => new ConfigChange(config.Name, ConfigOperation.Set, config.Value));
                var (error, message) = !seen.Add((resource.ResourceType, resource.ResourceName)) ? (ErrorCode.InvalidRequest, "Each resource must appear at most once.")
                    : ConfigResource.Refusal(context, AclOperation.AlterConfigs, resource.ResourceType, resource.ResourceName) is { Error: not ErrorCode.None } refusal ? refusal
                    : Apply(context.Broker, resource.ResourceType, resource.ResourceName, changes, replaceAll: true, request.ValidateOnly);
                return new AlterConfigsResponseResource { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error, ErrorMessage = message };
            }),
        });
    }

    /// <summary>Also what IncrementalAlterConfigs does with one resource.</summary>
    public static (ErrorCode Error, string? Message) Apply(
        BrokerState broker, sbyte resourceType, string name, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly)
    {
        switch (resourceType)
        {
            case ConfigResource.Topic or ConfigResource.Group when changes.FirstOrDefault(change => change.Operation != ConfigOperation.Delete && change.Value is null) is { Name: { } without }:
                return (ErrorCode.InvalidConfig, $"Null value not supported for : {without}");
            case ConfigResource.Topic:
                var result = broker.Topics.AlterConfigs(name, changes, replaceAll, validateOnly);
                return (result.Error, result.ErrorMessage);
            case ConfigResource.Group when name.Length == 0:
                return (ErrorCode.InvalidRequest, "Default group resources are not allowed.");
            case ConfigResource.Group:
                var altered = broker.Storage.GroupConfigs.Alter(name, changes, configs => GroupConfigLimits.Problem(configs, GroupOptions.From(broker.Options)), replaceAll, validateOnly);
                return (altered.Error, altered.ErrorMessage);
            case ConfigResource.Broker:
                return (ErrorCode.InvalidRequest, "Settings of this broker are fixed when it starts.");
            default:
                return (ErrorCode.InvalidRequest, $"Settings of resource type {resourceType} are not supported.");
        }
    }
}
