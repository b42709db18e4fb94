using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary>Settings of one entity, or of all of its kind.</summary>
internal static class ConfigReader
{
    /// <param name="name">Null for all topics, brokers or groups.</param>
    /// <param name="all">With the defaults.</param>
    public static async Task<IReadOnlyList<ConfigDetails>> ReadAsync(
        IAdminClient admin, ResourceType type, string? name, bool all, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> names = name is null ? await NamesAsync(admin, type, cancellationToken) : [name];
        if (names.Count == 0)
        {
            return [];
        }

        var answers = await admin.DescribeConfigsAsync(
            names.Select(one => new ConfigResource { Type = type, Name = one }), new DescribeConfigsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
        return
        [
            .. from answer in answers
               from entry in answer.Entries.Values
               where all || !entry.IsDefault
               orderby answer.ConfigResource.Name, entry.Name
               select new ConfigDetails(answer.ConfigResource.Name, entry.Name, entry.IsSensitive ? null : entry.Value ?? "", entry.Source.ToString()),
        ];
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(IAdminClient admin, ResourceType type, CancellationToken cancellationToken)
    {
        if (type == ResourceType.Group)
        {
            var groups = await admin.ListConsumerGroupsAsync(new ListConsumerGroupsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
            return [.. groups.Valid.Select(group => group.GroupId)];
        }

        var metadata = admin.GetMetadata(KafkaClients.Timeout);
        return type == ResourceType.Topic
            ? [.. metadata.Topics.Select(topic => topic.Topic)]
            : [.. metadata.Brokers.Select(broker => $"{broker.BrokerId}")];
    }
}

/// <param name="Entity">The topic, broker, group or user it belongs to.</param>
/// <param name="Value">Null when it is secret.</param>
/// <param name="Source">What set it, in Kafka's terms.</param>
internal sealed record ConfigDetails(string Entity, string Name, string? Value, string Source);
