using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>The settings of one group as DescribeConfigs tells them: its own, then the broker's, then the default.</summary>
internal static class GroupConfigEntries
{
    public static IEnumerable<TopicConfigEntry> Of(BrokerState broker, string groupId)
    {
        var own = broker.Storage.GroupConfigs.Of(groupId);
        foreach (var definition in GroupConfigDefinitions.All.Values.OrderBy(d => d.Name, StringComparer.Ordinal))
        {
            List<ConfigSynonym> candidates = [];
            if (own.TryGetValue(definition.Name, out var value)) candidates.Add(new(definition.Name, value, ConfigSource.DynamicGroup));
            foreach (var synonym in definition.BrokerSynonyms)
            {
                if (broker.Options.Configs.TryGetValue(synonym.Name, out var set)) candidates.Add(new(synonym.Name, set, ConfigSource.StaticBroker));
            }

            candidates.Add(new(definition.BrokerSynonyms is [var first, ..] ? first.Name : definition.Name, definition.Default, ConfigSource.Default));
            yield return new(definition, candidates[0].Value, candidates[0].Source, candidates);
        }
    }
}
