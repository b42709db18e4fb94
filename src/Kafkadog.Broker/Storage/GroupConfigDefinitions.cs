namespace Kafkadog.Broker.Storage;

/// <summary>The settings a group may have of its own (KIP-848, KIP-932, KIP-1071); names and defaults are Apache Kafka 4.3's.</summary>
internal static class GroupConfigDefinitions
{
    private const string NoShareGroups = "share groups are not supported by this broker";
    private const string NoStreamsGroups = "streams groups are not supported by this broker";

    public static IReadOnlyDictionary<string, TopicConfigDefinition> All { get; } = new[]
    {
        Milliseconds("consumer.assignment.interval.ms", 1000, 0, "The least time between two assignments of a consumer group."),
        Milliseconds("consumer.heartbeat.interval.ms", 5000, 1, "How often members of the consumer group are told to send a heartbeat."),
        Milliseconds("consumer.session.timeout.ms", 45000, 1, "How long a member of the consumer group may be silent before it is taken for gone."),
        Milliseconds("share.assignment.interval.ms", 1000, 0, "The least time between two assignments of a share group.") with { OnlyDefaultBecause = NoShareGroups },
        Text("share.auto.offset.reset", "latest", "Where a share group begins to read.") with { OnlyDefaultBecause = NoShareGroups },
        Number("share.delivery.count.limit", 5, 2, "How often a record is delivered to a share group at most.") with { OnlyDefaultBecause = NoShareGroups },
        Milliseconds("share.heartbeat.interval.ms", 5000, 1, "How often members of the share group are told to send a heartbeat.") with { OnlyDefaultBecause = NoShareGroups },
        Text("share.isolation.level", "read_uncommitted", "Which records of transactions a share group reads.") with { OnlyDefaultBecause = NoShareGroups },
        Number("share.partition.max.record.locks", 2000, 100, "Records of one partition that a share group may have in delivery.") with { OnlyDefaultBecause = NoShareGroups },
        Milliseconds("share.record.lock.duration.ms", 30000, 1000, "How long a member of a share group may hold a record.") with { OnlyDefaultBecause = NoShareGroups },
        new("share.renew.acknowledge.enable", ConfigType.Boolean, "true", "Whether a member of a share group may hold a record longer.") { OnlyDefaultBecause = NoShareGroups },
        Milliseconds("share.session.timeout.ms", 45000, 1, "How long a member of the share group may be silent.") with { OnlyDefaultBecause = NoShareGroups },
        Milliseconds("streams.assignment.interval.ms", 1000, 0, "The least time between two assignments of a streams group.") with { OnlyDefaultBecause = NoStreamsGroups },
        Milliseconds("streams.heartbeat.interval.ms", 5000, 1, "How often members of the streams group are told to send a heartbeat.") with { OnlyDefaultBecause = NoStreamsGroups },
        Milliseconds("streams.initial.rebalance.delay.ms", 3000, 0, "How long a new streams group waits for more members.") with { OnlyDefaultBecause = NoStreamsGroups },
        Number("streams.num.standby.replicas", 0, 0, "Standby replicas of each task of a streams group.") with { OnlyDefaultBecause = NoStreamsGroups },
        Milliseconds("streams.session.timeout.ms", 45000, 1, "How long a member of the streams group may be silent.") with { OnlyDefaultBecause = NoStreamsGroups },
    }.ToDictionary(d => d.Name, StringComparer.Ordinal);

    private static TopicConfigDefinition Milliseconds(string name, int byDefault, int least, string documentation) => Number(name, byDefault, least, documentation);

    private static TopicConfigDefinition Number(string name, int byDefault, int least, string documentation) =>
        new(name, ConfigType.Int, byDefault.ToString(System.Globalization.CultureInfo.InvariantCulture), documentation, $"group.{name}") { Min = least };

    private static TopicConfigDefinition Text(string name, string byDefault, string documentation) => new(name, ConfigType.String, byDefault, documentation);
}
