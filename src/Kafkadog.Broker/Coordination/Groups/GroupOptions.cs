using System.Globalization;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>The group settings of the broker; names and defaults are Apache Kafka's unless said otherwise.</summary>
internal sealed record GroupOptions
{
    /// <summary>A character may need three bytes, and a string in the log has at most 32,767.</summary>
    private const int MostMetadataBytes = 10_000;

    /// <summary><c>group.min.session.timeout.ms</c>.</summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary><c>group.max.session.timeout.ms</c>.</summary>
    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary><c>group.initial.rebalance.delay.ms</c>: how long an empty group waits for more members to come. Embedded use sets zero.</summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary><c>group.max.size</c>: members of one group, those that only asked for an id included. Unlimited in Apache Kafka; bounded here so that one client cannot take all memory.</summary>
    public int MaxSize { get; init; } = 10_000;

    /// <summary>How long a member may wait in its very first join before it is given up: it has no id yet and cannot send heartbeats.</summary>
    public TimeSpan NewMemberJoinTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary><c>offset.metadata.max.bytes</c>: the longest metadata string of one committed offset.</summary>
    public int MaxOffsetMetadataBytes { get; init; } = 4096;

    /// <summary><c>offsets.retention.minutes</c>.</summary>
    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromMinutes(10080);

    /// <summary><c>offsets.retention.check.interval.ms</c>.</summary>
    public TimeSpan OffsetsRetentionCheckInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>offsets.topic.segment.bytes</c>, used when <c>__consumer_offsets</c> is made.</summary>
    public int OffsetsSegmentBytes { get; init; } = OffsetsTopicLog.DefaultSegmentBytes;

    /// <summary>The largest group metadata record that is written, in bytes: subscriptions and assignments of all members together. Leaves room for key and batch header below <c>max.message.bytes</c> of the offsets topic.</summary>
    public int MaxRecordBytes { get; init; } = 1_000_000;

    /// <summary><c>group.consumer.session.timeout.ms</c>: how long a member of a consumer group may be silent.</summary>
    public TimeSpan ConsumerSessionTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary><c>group.consumer.min.session.timeout.ms</c> and <c>max</c>: what a group's own configuration may choose.</summary>
    public TimeSpan ConsumerMinSessionTimeout { get; init; } = TimeSpan.FromSeconds(45);
    public TimeSpan ConsumerMaxSessionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>group.consumer.heartbeat.interval.ms</c>: how often members of consumer groups are told to call.</summary>
    public TimeSpan ConsumerHeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary><c>group.consumer.min.heartbeat.interval.ms</c> and <c>max</c>.</summary>
    public TimeSpan ConsumerMinHeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan ConsumerMaxHeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary><c>group.consumer.assignment.interval.ms</c>: the least time between two target assignments of a consumer group.</summary>
    public TimeSpan ConsumerAssignmentInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>group.consumer.min.assignment.interval.ms</c> and <c>max</c>.</summary>
    public TimeSpan ConsumerMinAssignmentInterval { get; init; } = TimeSpan.Zero;
    public TimeSpan ConsumerMaxAssignmentInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary><c>group.consumer.max.size</c>: members of one consumer group; bounded like <see cref="MaxSize"/>.</summary>
    public int ConsumerMaxSize { get; init; } = 10_000;

    /// <summary><c>group.consumer.regex.refresh.interval.ms</c>: how often regular expressions are resolved anew although no topic came or went.</summary>
    public TimeSpan ConsumerRegexRefreshInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>group.consumer.migration.policy</c>: whether a group with members may change its protocol.</summary>
    public ConsumerGroupMigrationPolicy MigrationPolicy { get; init; } = ConsumerGroupMigrationPolicy.Bidirectional;

    /// <summary>The settings of a broker: those with a property of their own, and the rest by Kafka's names.</summary>
    /// <exception cref="BrokerStartException">A setting is not a number in its range.</exception>
    public static GroupOptions From(BrokerOptions options)
    {
        var defaults = new GroupOptions();
        return new GroupOptions
        {
            InitialRebalanceDelay = options.GroupInitialRebalanceDelay,
            MinSessionTimeout = Milliseconds("group.min.session.timeout.ms", defaults.MinSessionTimeout),
            MaxSessionTimeout = Milliseconds("group.max.session.timeout.ms", defaults.MaxSessionTimeout),
            MaxSize = Number("group.max.size", defaults.MaxSize, 1),
            ConsumerSessionTimeout = Milliseconds("group.consumer.session.timeout.ms", defaults.ConsumerSessionTimeout),
            ConsumerMinSessionTimeout = Milliseconds("group.consumer.min.session.timeout.ms", defaults.ConsumerMinSessionTimeout),
            ConsumerMaxSessionTimeout = Milliseconds("group.consumer.max.session.timeout.ms", defaults.ConsumerMaxSessionTimeout),
            ConsumerHeartbeatInterval = Milliseconds("group.consumer.heartbeat.interval.ms", defaults.ConsumerHeartbeatInterval),
            ConsumerMinHeartbeatInterval = Milliseconds("group.consumer.min.heartbeat.interval.ms", defaults.ConsumerMinHeartbeatInterval),
            ConsumerMaxHeartbeatInterval = Milliseconds("group.consumer.max.heartbeat.interval.ms", defaults.ConsumerMaxHeartbeatInterval),
            ConsumerAssignmentInterval = Milliseconds("group.consumer.assignment.interval.ms", defaults.ConsumerAssignmentInterval, least: 0),
            ConsumerMinAssignmentInterval = Milliseconds("group.consumer.min.assignment.interval.ms", defaults.ConsumerMinAssignmentInterval, least: 0),
            ConsumerMaxAssignmentInterval = Milliseconds("group.consumer.max.assignment.interval.ms", defaults.ConsumerMaxAssignmentInterval, least: 0),
            ConsumerMaxSize = Number("group.consumer.max.size", defaults.ConsumerMaxSize, 1),
            ConsumerRegexRefreshInterval = Milliseconds("group.consumer.regex.refresh.interval.ms", defaults.ConsumerRegexRefreshInterval, least: 10_000),
            MigrationPolicy = Policy(),
            MaxOffsetMetadataBytes = Number("offset.metadata.max.bytes", defaults.MaxOffsetMetadataBytes, 0, MostMetadataBytes),
            OffsetsSegmentBytes = Number("offsets.topic.segment.bytes", defaults.OffsetsSegmentBytes, Storage.TopicConfigs.LeastSegmentBytes),
            OffsetsRetention = TimeSpan.FromMinutes(Number("offsets.retention.minutes", (int)defaults.OffsetsRetention.TotalMinutes, 1)),
            OffsetsRetentionCheckInterval = Milliseconds("offsets.retention.check.interval.ms", defaults.OffsetsRetentionCheckInterval),
        };

        TimeSpan Milliseconds(string name, TimeSpan fallback, int least = 1) => TimeSpan.FromMilliseconds(Number(name, (int)fallback.TotalMilliseconds, least));

        ConsumerGroupMigrationPolicy Policy()
        {
            const string Name = "group.consumer.migration.policy";
            if (!options.Configs.TryGetValue(Name, out var text)) return defaults.MigrationPolicy;
            return Enum.TryParse<ConsumerGroupMigrationPolicy>(text, ignoreCase: true, out var policy) && Enum.IsDefined(policy)
                ? policy
                : throw new BrokerStartException(BrokerStartFailure.InvalidOption, $"{Name} must be one of {string.Join(", ", Enum.GetNames<ConsumerGroupMigrationPolicy>())}, not '{text}'.");
        }

        int Number(string name, int fallback, int least, int most = int.MaxValue)
        {
            if (!options.Configs.TryGetValue(name, out var text)) return fallback;
            return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new BrokerStartException(BrokerStartFailure.InvalidOption, $"{name} must be a whole number from {least} to {most}, not '{text}'.");
        }
    }
}
