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

    /// <summary>The largest group metadata record that is written, in bytes: subscriptions and assignments of all members together. Leaves room for key and batch header below <c>max.message.bytes</c> of the offsets topic.</summary>
    public int MaxRecordBytes { get; init; } = 1_000_000;

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
            MaxOffsetMetadataBytes = Number("offset.metadata.max.bytes", defaults.MaxOffsetMetadataBytes, 0, MostMetadataBytes),
            OffsetsRetention = TimeSpan.FromMinutes(Number("offsets.retention.minutes", (int)defaults.OffsetsRetention.TotalMinutes, 1)),
            OffsetsRetentionCheckInterval = Milliseconds("offsets.retention.check.interval.ms", defaults.OffsetsRetentionCheckInterval),
        };

        TimeSpan Milliseconds(string name, TimeSpan fallback) => TimeSpan.FromMilliseconds(Number(name, (int)fallback.TotalMilliseconds, 1));

        int Number(string name, int fallback, int least, int most = int.MaxValue)
        {
            if (!options.Configs.TryGetValue(name, out var text)) return fallback;
            return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new BrokerStartException(BrokerStartFailure.InvalidOption, $"{name} must be a whole number from {least} to {most}, not '{text}'.");
        }
    }
}
