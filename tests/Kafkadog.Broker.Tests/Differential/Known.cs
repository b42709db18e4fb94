namespace Kafkadog.Broker.Tests.Differential;

/// <summary>The differences that are meant, by their rows of docs/deviations.md.</summary>
internal static class Known
{
    public static readonly KnownDifference MetadataLog = new("Length and epoch of the metadata log", "*.HighWatermark", "*.LogEndOffset", "*.LeaderEpoch");

    public static readonly KnownDifference FeatureMessages = new("Levels of features", "*.ErrorMessage");

    public static readonly KnownDifference SegmentBytes = new("`segment.bytes` of a topic without one", "*.Configs[*]*");

    public static readonly KnownDifference DynamicSettings = new("Dynamic settings of the broker", "*.ErrorCode", "*.ErrorMessage");

    public static readonly KnownDifference RefusedBatches = new(
        "Refused record batches", "*.ErrorMessage", "*.LogStartOffset", "*.RecordErrors*", "*.PartitionResponses[0].ErrorCode", "*.PartitionResponses[0].BaseOffset");

    public static readonly KnownDifference WholeBatches = new("Fetch of fewer bytes than a batch has", "*.Records");

    public static readonly KnownDifference TwiceFetched = new("A partition that one Fetch names twice", "*.Partitions");

    public static readonly KnownDifference ClientMetrics = new("Subscriptions to metrics of clients", "*.ErrorCode", "*.ErrorMessage");

    public static readonly KnownDifference LogLevels = new("Levels of loggers", "*.ErrorCode", "*.ErrorMessage");

    public static readonly KnownDifference RegexAtOnce = new("Topics of a regular expression", "1 ConsumerGroupHeartbeat v1.MemberEpoch", "1 ConsumerGroupHeartbeat v1.Assignment.TopicPartitions");

    public static readonly KnownDifference RefusalWords = new("Words of a refusal", "*.ErrorMessage");

    /// <summary>Only versions that tell the listeners of the controller.</summary>
    public static KnownDifference ControllerPort(short version) => new("Controller listener", version >= 2 ? "*.Nodes*" : "*.LogEndOffset");
}
