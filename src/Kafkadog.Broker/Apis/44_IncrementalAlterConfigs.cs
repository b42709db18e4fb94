using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// IncrementalAlterConfigs (key 44), versions 0 and 1: changes single settings of a topic, a group or the broker (KIP-339): set, delete, append to or
/// subtract from a list.
/// <para>What can be changed is as in <see cref="AlterConfigs"/>. v1 flexible.</para>
/// </summary>
internal static class IncrementalAlterConfigs
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, IncrementalAlterConfigsRequest request)
    {
        var twice = AlterConfigs.Twice(request.Resources.Select(resource => (resource.ResourceType, resource.ResourceName)));
        return new(new IncrementalAlterConfigsResponse
        {
            Responses = request.Resources.ConvertAll(resource =>
            {
                var (error, message) = twice.Contains((resource.ResourceType, resource.ResourceName)) ? (ErrorCode.InvalidRequest, "Each resource must appear at most once.")
                    : ConfigResource.Refusal(context, AclOperation.AlterConfigs, resource.ResourceType, resource.ResourceName) is { Error: not ErrorCode.None } refusal ? refusal
                    : Alter(context.Broker, resource, request.ValidateOnly);
                return new IncrementalAlterConfigsResponseResource { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error, ErrorMessage = message };
            }),
        });
    }

    private static (ErrorCode Error, string? Message) Alter(BrokerState broker, IncrementalAlterConfigsRequestResource resource, bool validateOnly)
    {
        if (resource.Configs.Exists(config => !Enum.IsDefined((ConfigOperation)config.ConfigOperation)))
        {
            // Apache Kafka has no word for it either.
            return (ErrorCode.UnknownServerError, null);
        }

        var changes = resource.Configs.ConvertAll(config => new ConfigChange(config.Name, (ConfigOperation)config.ConfigOperation, config.Value));
        return AlterConfigs.Apply(broker, resource.ResourceType, resource.ResourceName, changes, replaceAll: false, validateOnly);
    }
}
