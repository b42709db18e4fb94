using System.Collections.Frozen;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Every topic-level setting of Apache Kafka 4.3 with its default and range. Defaults are Kafka's;
/// a broker sets <c>log.segment.bytes</c> itself. A value that one node without tiered storage cannot honour is refused with
/// the reason, never accepted and ignored. <see href="https://kafka.apache.org/documentation/#topicconfigs"/>
/// </summary>
internal static class TopicConfigs
{
    public const string CleanupPolicy = "cleanup.policy", CompressionGzipLevel = "compression.gzip.level", CompressionLz4Level = "compression.lz4.level",
        CompressionType = "compression.type", CompressionZstdLevel = "compression.zstd.level", FlushMessages = "flush.messages", FlushMs = "flush.ms", SegmentJitterMs = "segment.jitter.ms",
        DeleteRetentionMs = "delete.retention.ms", FileDeleteDelayMs = "file.delete.delay.ms",
        IndexIntervalBytes = "index.interval.bytes", InternalSegmentBytes = "internal.segment.bytes", MaxCompactionLagMs = "max.compaction.lag.ms",
        MaxMessageBytes = "max.message.bytes", MessageTimestampAfterMaxMs = "message.timestamp.after.max.ms",
        MessageTimestampBeforeMaxMs = "message.timestamp.before.max.ms", MessageTimestampType = "message.timestamp.type",
        MinCleanableDirtyRatio = "min.cleanable.dirty.ratio", MinCompactionLagMs = "min.compaction.lag.ms", MinInsyncReplicas = "min.insync.replicas",
        RemoteStorageEnable = "remote.storage.enable", RetentionBytes = "retention.bytes", RetentionMs = "retention.ms", SegmentBytes = "segment.bytes", SegmentIndexBytes = "segment.index.bytes",
        SegmentMs = "segment.ms", UncleanLeaderElectionEnable = "unclean.leader.election.enable";

    /// <summary>The least <c>segment.bytes</c>.</summary>
    public const int LeastSegmentBytes = 1_048_576;

    private const string Forever = "9223372036854775807";

    public static FrozenDictionary<string, TopicConfigDefinition> All { get; } = Define().ToFrozenDictionary(d => d.Name, StringComparer.Ordinal);

    private static IEnumerable<TopicConfigDefinition> Define() =>
    [
        List(CleanupPolicy, "delete", ["compact", "delete"], "What happens to old segments: deletion by time and size, compaction by key, or both.", "log.cleanup.policy"),
        Int(CompressionGzipLevel, "-1", 1, 9, "Level for gzip when the broker compresses; -1 leaves it to the codec.", "compression.gzip.level") with { Exception = -1 },
        Int(CompressionLz4Level, "9", 1, 17, "Level for lz4 when the broker compresses.", "compression.lz4.level"),
        new(CompressionType, ConfigType.String, "producer", "Codec of stored batches; 'producer' keeps what the producer sent.", "compression.type")
        {
            Allowed = ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"],
        },
        Int(CompressionZstdLevel, "3", -131072, 22, "Level for zstd when the broker compresses.", "compression.zstd.level"),
        Long(DeleteRetentionMs, "86400000", 0, "How long a tombstone stays readable after compaction first kept it.", "log.cleaner.delete.retention.ms"),
        Long(FileDeleteDelayMs, "60000", 0, "How long the files of a deleted segment or topic stay on disk.", "log.segment.delete.delay.ms"),
        Long(FlushMessages, Forever, 1, "Records after which the log is forced to disk before they are acknowledged; the broker's flush mode may do it sooner.", "log.flush.interval.messages"),
        Long(FlushMs, Forever, 0, "Time after which the log is forced to disk; the broker's flush mode may do it sooner.", new BrokerSynonym("log.flush.interval.ms", HasDefault: false)),
        Throttled("follower.replication.throttled.replicas", "Replicas whose fetching is throttled; a single node has none."),
        Int(IndexIntervalBytes, "4096", 0, int.MaxValue, "Bytes appended between two entries of the offset index.", "log.index.interval.bytes"),
        Int(InternalSegmentBytes, "0", 0, int.MaxValue, "Segment size for tests, without the lower bound of segment.bytes; 0 for none.") with { IsInternal = true },
        Throttled("leader.replication.throttled.replicas", "Replicas whose serving is throttled; a single node has no followers."),
        Long("local.retention.bytes", "-2", -2, "Local size kept beside tiered storage; without effect while there is none.", "log.local.retention.bytes"),
        Long("local.retention.ms", "-2", -2, "Local time kept beside tiered storage; without effect while there is none.", "log.local.retention.ms"),
        Long(MaxCompactionLagMs, Forever, 1, "The longest time a record stays uncompacted.", "log.cleaner.max.compaction.lag.ms"),
        Int(MaxMessageBytes, "1048588", 0, int.MaxValue, "Largest record batch accepted, in bytes.", "message.max.bytes"),
        Long(MessageTimestampAfterMaxMs, "3600000", 0, "How far a record's create time may lie in the broker's future.", "log.message.timestamp.after.max.ms"),
        Long(MessageTimestampBeforeMaxMs, Forever, 0, "How far a record's create time may lie in the broker's past.", "log.message.timestamp.before.max.ms"),
        new(MessageTimestampType, ConfigType.String, "CreateTime", "Whether a record's timestamp is the producer's or the time of append.", "log.message.timestamp.type") { Allowed = ["CreateTime", "LogAppendTime"] },
        new(MinCleanableDirtyRatio, ConfigType.Double, "0.5", "Share of the log that must be uncompacted before compaction runs.", "log.cleaner.min.cleanable.ratio") { Min = 0, Max = 1 },
        Long(MinCompactionLagMs, "0", 0, "The shortest time a record stays uncompacted.", "log.cleaner.min.compaction.lag.ms"),
        Int(MinInsyncReplicas, "1", 1, int.MaxValue, "In-sync replicas that acks=all needs; this broker always has one.", "min.insync.replicas"),
        new("preallocate", ConfigType.Boolean, "false", "Whether segment files are created at full size; accepted, and without effect.", "log.preallocate"),
        new("remote.log.copy.disable", ConfigType.Boolean, "false", "Stops copying to tiered storage; without effect while there is none."),
        new("remote.log.delete.on.disable", ConfigType.Boolean, "false", "Deletes tiered data when tiering is switched off; without effect while there is none."),
        new(RemoteStorageEnable, ConfigType.Boolean, "false", "Copies closed segments to tiered storage, which this broker does not have: it cannot be true."),
        Long(RetentionBytes, "-1", -1, "Size above which the oldest segments of a partition are deleted; -1 for no limit.", "log.retention.bytes"),
        Long(RetentionMs, "604800000", -1, "Age above which segments are deleted; -1 for no limit.",
            new BrokerSynonym("log.retention.ms", HasDefault: false), new("log.retention.minutes", 60_000, HasDefault: false), new("log.retention.hours", 3_600_000)),
        Int(SegmentBytes, "1073741824", LeastSegmentBytes, int.MaxValue, "Size at which a new segment begins.", "log.segment.bytes"),
        Int(SegmentIndexBytes, "10485760", 4, int.MaxValue, "Largest size of the index files; a full index begins a new segment.", "log.index.size.max.bytes"),
        Long(SegmentJitterMs, "0", 0, "The most that is taken from segment.ms at random, so that not all segments begin at once.", new BrokerSynonym("log.roll.jitter.ms", HasDefault: false), new("log.roll.jitter.hours", 3_600_000)),
        Long(SegmentMs, "604800000", 1, "Age at which a new segment begins even if not full.", new BrokerSynonym("log.roll.ms", HasDefault: false), new("log.roll.hours", 3_600_000)),
        new(UncleanLeaderElectionEnable, ConfigType.Boolean, "false", "Whether a replica outside the in-sync set may lead; without effect with one replica.", "unclean.leader.election.enable"),
    ];

    private static TopicConfigDefinition Int(string name, string value, double min, double max, string doc, params IReadOnlyList<BrokerSynonym> synonyms) =>
        new(name, ConfigType.Int, value, doc, synonyms) { Min = min, Max = max };

    private static TopicConfigDefinition Long(string name, string value, double min, string doc, params IReadOnlyList<BrokerSynonym> synonyms) =>
        new(name, ConfigType.Long, value, doc, synonyms) { Min = min };

    private static TopicConfigDefinition List(string name, string value, IReadOnlyList<string> allowed, string doc, params IReadOnlyList<BrokerSynonym> synonyms) =>
        new(name, ConfigType.List, value, doc, synonyms) { Allowed = allowed };

    private static TopicConfigDefinition Throttled(string name, string doc) => new(name, ConfigType.List, "", doc)
    {
        ListProblem = value => value.Trim() == "*" || TopicConfigDefinition.Items(value).All(item => item.Split(':') is [var partition, var broker] && int.TryParse(partition, out _) && int.TryParse(broker, out _))
            ? null
            : $"{name} must be the literal '*' or a list of replicas in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
    };
}
