using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeConfigs (key 32), versions 1 to 4: the settings of topics, groups and of the broker, with where each value comes from.
/// <para>Not supported: broker loggers and client metrics, which answer INVALID_REQUEST.</para>
/// <para>v1 synonyms; v3 type and documentation; v4 flexible.</para>
/// </summary>
internal static class DescribeConfigs
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeConfigsRequest request) =>
        new(new DescribeConfigsResponse { Results = request.Resources.ConvertAll(resource => ConfigResource.Refusal(context, AclOperation.DescribeConfigs, resource.ResourceType, resource.ResourceName) is { Error: not ErrorCode.None } refusal
            ? new DescribeConfigsResponseResult { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = refusal.Error, ErrorMessage = refusal.Message }
            : Describe(context.Broker, resource, request)) });

    private static DescribeConfigsResponseResult Describe(BrokerState broker, DescribeConfigsRequestResource asked, DescribeConfigsRequest request)
    {
        var result = new DescribeConfigsResponseResult { ResourceType = asked.ResourceType, ResourceName = asked.ResourceName };
        var wanted = asked.ConfigurationKeys?.ToHashSet(StringComparer.Ordinal);
        switch (asked.ResourceType)
        {
            case ConfigResource.Topic when broker.Topics.TryGet(asked.ResourceName, out var topic):
                result.Configs = [.. topic.Config.Describe().Where(entry => wanted?.Contains(entry.Definition.Name) != false).Select(entry => Of(entry, request))];
                break;
            case ConfigResource.Topic:
                (result.ErrorCode, result.ErrorMessage) = TopicNames.Problem(asked.ResourceName) is { } problem
                    ? (ErrorCode.InvalidTopicException, problem)
                    : (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
                break;

            case ConfigResource.Group when asked.ResourceName.Length == 0:
                (result.ErrorCode, result.ErrorMessage) = (ErrorCode.InvalidRequest, "Group name must not be empty");
                break;
            case ConfigResource.Group:
                result.Configs = [.. GroupConfigEntries.Of(broker, asked.ResourceName).Where(entry => wanted?.Contains(entry.Definition.Name) != false).Select(entry => Of(entry, request))];
                break;

            // The empty name stands for the dynamic defaults of all brokers, of which there are none.
            case ConfigResource.Broker when asked.ResourceName.Length == 0:
                break;
            case ConfigResource.Broker when asked.ResourceName == broker.NodeId.ToString(CultureInfo.InvariantCulture):
                result.Configs = [.. BrokerConfigs.Describe(broker).Where(entry => wanted?.Contains(entry.Name) != false).Select(entry => OfBroker(entry, request))];
                break;
            case ConfigResource.Broker:
                (result.ErrorCode, result.ErrorMessage) = (ErrorCode.InvalidRequest, $"Unexpected broker id, expected {broker.NodeId} or empty string, but received {asked.ResourceName}");
                break;
            default:
                (result.ErrorCode, result.ErrorMessage) = (ErrorCode.InvalidRequest, $"Settings of resource type {asked.ResourceType} are not supported.");
                break;
        }

        return result;
    }

    private static DescribeConfigsResponseConfig Of(TopicConfigEntry entry, DescribeConfigsRequest request) => new()
    {
        Name = entry.Definition.Name,
        Value = entry.Value,
        ConfigSource = (sbyte)entry.Source,
        ConfigType = (sbyte)entry.Definition.Type,
        Documentation = request.IncludeDocumentation ? entry.Definition.Documentation : null,
        Synonyms = request.IncludeSynonyms
            ? [.. entry.Synonyms.Select(synonym => new DescribeConfigsResponseSynonym { Name = synonym.Name, Value = synonym.Value, Source = (sbyte)synonym.Source })]
            : [],
    };

    private static DescribeConfigsResponseConfig OfBroker(BrokerConfigEntry entry, DescribeConfigsRequest request) => new()
    {
        Name = entry.Name,
        Value = entry.Value,
        ReadOnly = true,
        ConfigSource = (sbyte)entry.Source,
        ConfigType = (sbyte)entry.Type,
        Documentation = request.IncludeDocumentation ? entry.Documentation : null,
        Synonyms = request.IncludeSynonyms
            ? [new DescribeConfigsResponseSynonym { Name = entry.Name, Value = entry.Value, Source = (sbyte)entry.Source }]
            : [],
    };
}
