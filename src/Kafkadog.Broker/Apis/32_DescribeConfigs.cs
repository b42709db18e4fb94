using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeConfigs (key 32), versions 1 to 4: the settings of topics, groups and of the broker, with where each value comes from, and the
/// levels this broker logs at. There are no subscriptions to client metrics.
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
        var result = new DescribeConfigsResponseResult { ResourceType = asked.ResourceType, ResourceName = asked.ResourceName, ErrorMessage = "" };
        var wanted = asked.ConfigurationKeys is { Count: > 0 } keys ? keys.ToHashSet(StringComparer.Ordinal) : null;
        var (error, message) = asked.ResourceType switch
        {
            ConfigResource.Topic when TopicNames.Problem(asked.ResourceName) is { } problem => (ErrorCode.InvalidTopicException, problem),
            ConfigResource.Topic when !broker.Topics.TryGet(asked.ResourceName, out _) => (ErrorCode.UnknownTopicOrPartition, ""),
            ConfigResource.Broker => BrokerProblem(broker, asked.ResourceName, mayBeEmpty: true),
            ConfigResource.BrokerLogger => BrokerProblem(broker, asked.ResourceName, mayBeEmpty: false),
            ConfigResource.ClientMetrics when asked.ResourceName.Length == 0 => (ErrorCode.InvalidRequest, "Client metrics subscription name must not be empty"),
            ConfigResource.Group when asked.ResourceName.Length == 0 => (ErrorCode.InvalidRequest, "Group name must not be empty"),
            ConfigResource.Topic or ConfigResource.ClientMetrics or ConfigResource.Group => (ErrorCode.None, ""),
            _ => (ErrorCode.InvalidRequest, DefaultMessages.InvalidRequest),
        };
        (result.ErrorCode, result.ErrorMessage) = (error, message);
        if (error == ErrorCode.None)
        {
            result.Configs = [.. Configs(broker, asked, request).Where(config => wanted?.Contains(config.Name) != false)];
        }

        return result;
    }

    private static IEnumerable<DescribeConfigsResponseConfig> Configs(BrokerState broker, DescribeConfigsRequestResource asked, DescribeConfigsRequest request) => asked.ResourceType switch
    {
        ConfigResource.Topic => broker.Topics.TryGet(asked.ResourceName, out var topic) ? topic.Config.Describe().Select(entry => Of(entry, request)) : [],
        ConfigResource.Group => GroupConfigEntries.Of(broker, asked.ResourceName).Select(entry => Of(entry, request)),

        // The empty name stands for what was set for all brokers.
        ConfigResource.Broker => (asked.ResourceName.Length == 0 ? BrokerConfigs.DescribeCluster(broker) : BrokerConfigs.Describe(broker)).Select(entry => OfBroker(entry, request)),
        ConfigResource.BrokerLogger => LogLevels.Describe(broker.Options.LoggerFactory).Select(logger => new DescribeConfigsResponseConfig
        {
            Name = logger.Category,
            Value = logger.Level,
            ConfigSource = (sbyte)ConfigSource.DynamicBrokerLogger,
        }),
        _ => [],
    };

    private static (ErrorCode Error, string Message) BrokerProblem(BrokerState broker, string name, bool mayBeEmpty) => name switch
    {
        "" when mayBeEmpty => (ErrorCode.None, ""),
        "" => (ErrorCode.InvalidRequest, "Broker id must not be empty"),
        _ when !int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) => (ErrorCode.InvalidRequest, $"Broker id must be an integer, but it is: {name}"),
        _ when int.Parse(name, CultureInfo.InvariantCulture) == broker.NodeId => (ErrorCode.None, ""),
        _ when mayBeEmpty => (ErrorCode.InvalidRequest, $"Unexpected broker id, expected {broker.NodeId} or empty string, but received {name}"),
        _ => (ErrorCode.InvalidRequest, $"Unexpected broker id, expected {broker.NodeId} but received {name}"),
    };

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
        ReadOnly = entry.IsReadOnly,
        ConfigSource = (sbyte)entry.Source,
        ConfigType = (sbyte)entry.Type,
        Documentation = request.IncludeDocumentation ? entry.Documentation : null,
        Synonyms = request.IncludeSynonyms
            ? [.. entry.Synonyms.Select(synonym => new DescribeConfigsResponseSynonym { Name = synonym.Name, Value = synonym.Value, Source = (sbyte)synonym.Source })]
            : [],
    };
}
