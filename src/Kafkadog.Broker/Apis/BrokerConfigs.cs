using System.Globalization;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>One setting of the broker as DescribeConfigs tells it.</summary>
/// <param name="Synonyms">All values it has, the effective one first; none if the effective value is null.</param>
internal readonly record struct BrokerConfigEntry(
    string Name, string? Value, ConfigType Type, bool IsReadOnly, IReadOnlyList<ConfigSynonym> Synonyms, string Documentation)
{
    public ConfigSource Source => Synonyms is [var effective, ..] ? effective.Source : ConfigSource.Default;
}

/// <summary>
/// The broker's settings under Kafka's names: those this broker really has, which are fixed when it starts, and the defaults of topics, which
/// can be changed while it runs.
/// </summary>
internal static class BrokerConfigs
{
    public static IEnumerable<BrokerConfigEntry> Describe(BrokerState broker) =>
        Own(broker).Concat(SecurityConfigs.Describe(broker)).Concat(Storage(broker)).Concat(TopicDefaults(broker)).OrderBy(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>What was set for all nodes while the broker runs.</summary>
    public static IEnumerable<BrokerConfigEntry> DescribeCluster(BrokerState broker) => broker.Storage.BrokerConfigs.Current.OfCluster
        .OrderBy(config => config.Key, StringComparer.Ordinal)
        .Select(config => DynamicBrokerConfigs.Definition(config.Key) is { } definition
            ? new BrokerConfigEntry(config.Key, config.Value, definition.Type, IsReadOnly: false, [new(config.Key, config.Value, ConfigSource.DynamicDefaultBroker)], definition.Documentation)
            : throw new InvalidOperationException($"{config.Key} was set and cannot be."));

    private static IEnumerable<BrokerConfigEntry> Own(BrokerState broker)
    {
        var options = broker.Options;
        var groups = GroupOptions.From(options);
        var transactions = TransactionOptions.From(options);
        return
        [
            Of("auto.create.topics.enable", options.AutoCreateTopics, true, "Whether a topic is made when a client first asks for it."),
            Set("broker.id", broker.NodeId.ToString(CultureInfo.InvariantCulture), ConfigType.Int, "Id of this node; the older name of node.id."),
            Of("connections.max.idle.ms", (long)options.MaxConnectionIdle.TotalMilliseconds, 600_000L, "How long a connection may be without a request."),
            Of("default.replication.factor", 1, 1, "Replicas of a topic; one node keeps one."),
            Of("fetch.max.bytes", options.MaxFetchBytes, 57_671_680, "The most one Fetch answers with."),
            Of("group.consumer.assignment.interval.ms", (int)groups.ConsumerAssignmentInterval.TotalMilliseconds, 1000, "The least time between two assignments of a consumer group."),
            Of("group.consumer.assignors", "uniform,range", "uniform,range", "What deals partitions out to the members of consumer groups; the first is the default.", ConfigType.List),
            Of("group.consumer.heartbeat.interval.ms", (int)groups.ConsumerHeartbeatInterval.TotalMilliseconds, 5000, "How often members of consumer groups are told to send a heartbeat."),
            Of("group.consumer.max.assignment.interval.ms", (int)groups.ConsumerMaxAssignmentInterval.TotalMilliseconds, 15_000, "The most a group may set for itself."),
            Of("group.consumer.max.heartbeat.interval.ms", (int)groups.ConsumerMaxHeartbeatInterval.TotalMilliseconds, 15_000, "The most a group may set for itself."),
            Of("group.consumer.max.session.timeout.ms", (int)groups.ConsumerMaxSessionTimeout.TotalMilliseconds, 60_000, "The most a group may set for itself."),
            Of("group.consumer.max.size", groups.ConsumerMaxSize, int.MaxValue, "Members of one consumer group."),
            Of("group.consumer.migration.policy", groups.MigrationPolicy.ToString().ToLowerInvariant(), "bidirectional", "Whether a group with members may change between the classic and the consumer protocol."),
            Of("group.consumer.min.assignment.interval.ms", (int)groups.ConsumerMinAssignmentInterval.TotalMilliseconds, 0, "The least a group may set for itself."),
            Of("group.consumer.min.heartbeat.interval.ms", (int)groups.ConsumerMinHeartbeatInterval.TotalMilliseconds, 5000, "The least a group may set for itself."),
            Of("group.consumer.min.session.timeout.ms", (int)groups.ConsumerMinSessionTimeout.TotalMilliseconds, 45_000, "The least a group may set for itself."),
            Of("group.consumer.session.timeout.ms", (int)groups.ConsumerSessionTimeout.TotalMilliseconds, 45_000, "How long a member of a consumer group may be silent."),
            Of("group.initial.rebalance.delay.ms", (int)options.GroupInitialRebalanceDelay.TotalMilliseconds, 3000, "How long the first member of a group waits for others."),
            Of("group.max.session.timeout.ms", (int)groups.MaxSessionTimeout.TotalMilliseconds, 1_800_000, "The longest session a member may ask for."),
            Of("group.max.size", groups.MaxSize, int.MaxValue, "Members of one group."),
            Of("group.min.session.timeout.ms", (int)groups.MinSessionTimeout.TotalMilliseconds, 6000, "The shortest session a member may ask for."),
            Set("log.dirs", broker.Storage.DataDirectory, ConfigType.List, "Where the logs are."),
            Of("max.connections", options.MaxConnections, int.MaxValue, "Connections that may be open at a time."),
            Of("max.incremental.fetch.session.cache.slots", options.FetchSessionSlots, 1000, "Clients that are answered with what changed only."),
            Set("node.id", broker.NodeId.ToString(CultureInfo.InvariantCulture), ConfigType.Int, "Id of this node."),
            Of("num.partitions", options.DefaultPartitions, 1, "Partitions of a topic that does not say how many."),
            Of("offset.metadata.max.bytes", groups.MaxOffsetMetadataBytes, 4096, "The longest metadata of a committed offset."),
            Of("offsets.retention.check.interval.ms", (long)groups.OffsetsRetentionCheckInterval.TotalMilliseconds, 600_000L, "How often expired offsets are looked for."),
            Of("offsets.retention.minutes", (int)groups.OffsetsRetention.TotalMinutes, 10_080, "How long offsets of a group without members are kept."),
            Of("offsets.topic.num.partitions", options.OffsetsTopicPartitions, 50, "Partitions of __consumer_offsets."),
            Of("offsets.topic.segment.bytes", groups.OffsetsSegmentBytes, OffsetsTopicLog.DefaultSegmentBytes, "Size at which a new segment of __consumer_offsets begins."),
            Set("process.roles", "broker,controller", ConfigType.List, "What this node is; it has no separate controller."),
            Of("socket.request.max.bytes", options.MaxRequestBytes, 104_857_600, "The largest request that is read."),
            Of("transaction.abort.timed.out.transaction.cleanup.interval.ms", (int)transactions.TimeoutCheckInterval.TotalMilliseconds, 10_000, "How often transactions that are open for too long are looked for."),
            Of("transaction.max.timeout.ms", (int)transactions.MaxTimeout.TotalMilliseconds, 900_000, "The longest transaction a producer may ask for."),
            Of("transaction.remove.expired.transaction.cleanup.interval.ms", (int)transactions.ExpirationCheckInterval.TotalMilliseconds, 3_600_000, "How often expired transactional ids are looked for."),
            Of("transaction.state.log.num.partitions", transactions.LogPartitions, 50, "Partitions of __transaction_state."),
            Of("transaction.state.log.segment.bytes", transactions.LogSegmentBytes, TransactionTopicLog.DefaultSegmentBytes, "Size at which a new segment of __transaction_state begins."),
            Of("transactional.id.expiration.ms", (int)transactions.IdExpiration.TotalMilliseconds, 604_800_000, "How long a transactional id is remembered that nobody uses."),
        ];
    }

    private static IEnumerable<BrokerConfigEntry> Storage(BrokerState broker) =>
        StorageConfigs.All.Select(d =>
        {
            List<ConfigSynonym> values = [new(d.Name, d.Default, ConfigSource.Default)];
            if (broker.Options.Configs.TryGetValue(d.Name, out var value))
            {
                values.Insert(0, new(d.Name, value, ConfigSource.StaticBroker));
            }

            return new BrokerConfigEntry(d.Name, values[0].Value, d.Type, IsReadOnly: true, values, d.Documentation);
        });

    private static IEnumerable<BrokerConfigEntry> TopicDefaults(BrokerState broker)
    {
        var defaults = broker.Storage.BrokerConfigs.Current;
        foreach (var definition in TopicConfigs.All.Values.Where(definition => !definition.IsInternal))
        {
            foreach (var synonym in definition.BrokerSynonyms)
            {
                List<ConfigSynonym> values = [.. defaults.Candidates(synonym.Name)];
                if (synonym.HasDefault)
                {
                    var value = synonym.UnitFactor == 1 ? definition.Default : (long.Parse(definition.Default, CultureInfo.InvariantCulture) / synonym.UnitFactor).ToString(CultureInfo.InvariantCulture);
                    values.Add(new(synonym.Name, value, ConfigSource.Default));
                }

                // The settings in hours and minutes are small numbers, and only the first of several can be changed.
                yield return new(
                    synonym.Name, values is [var effective, ..] ? effective.Value : null, synonym.UnitFactor == 1 ? definition.Type : ConfigType.Int,
                    IsReadOnly: synonym != definition.BrokerSynonyms[0], values, definition.Documentation);
            }
        }
    }

    private static BrokerConfigEntry Set(string name, string value, ConfigType type, string documentation) =>
        new(name, value, type, IsReadOnly: true, [new(name, value, ConfigSource.StaticBroker)], documentation);

    /// <param name="byDefault">Apache Kafka's default: a value that differs is told as set, whoever chose it.</param>
    private static BrokerConfigEntry Of<T>(string name, T value, T byDefault, string documentation, ConfigType? ofType = null)
        where T : IEquatable<T>
    {
        var type = ofType ?? value switch { bool => ConfigType.Boolean, long => ConfigType.Long, string => ConfigType.String, _ => ConfigType.Int };
        var ofDefault = new ConfigSynonym(name, Text(byDefault), ConfigSource.Default);
        return new(name, Text(value), type, IsReadOnly: true, value.Equals(byDefault) ? [ofDefault] : [new(name, Text(value), ConfigSource.StaticBroker), ofDefault], documentation);

        static string Text(T value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }
}
