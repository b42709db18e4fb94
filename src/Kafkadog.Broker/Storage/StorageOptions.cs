using Kafkadog.Broker.Storage.Cleaning;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Storage;

/// <summary>Settings of <see cref="BrokerStorage"/>. Topic-level settings and their defaults are in <see cref="TopicConfigs"/>.</summary>
internal sealed record StorageOptions
{
    /// <summary>Root of the log directory (Kafka's <c>log.dirs</c>, one directory). Created when missing.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>What <see cref="DataDirectory"/> is a path in.</summary>
    public IFileStore Files { get; init; } = DiskFiles.Instance;

    /// <summary>Kafka's <c>node.id</c>, 0 or above; a directory written by another node is refused.</summary>
    public int NodeId { get; init; } = 1;

    /// <summary>22 characters of base64url; null keeps the one of the directory, or makes one. A directory of another cluster is refused.</summary>
    public string? ClusterId { get; init; }

    public FlushMode FlushMode { get; init; } = FlushMode.Interval;
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Kafka's <c>log.retention.check.interval.ms</c>.</summary>
    public TimeSpan RetentionCheckInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Kafka's <c>log.flush.offset.checkpoint.interval.ms</c>: how often recovery points and log start offsets are written.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Kafka's <c>producer.id.expiration.ms</c>.</summary>
    public TimeSpan ProducerIdExpiration { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Files kept open at a time, 16 or more; the least recently used clean one is closed to open another.</summary>
    public int MaxOpenFiles { get; init; } = 2000;

    /// <summary>Compaction: Kafka's <c>log.cleaner.*</c>.</summary>
    public CleanerOptions Cleaner { get; init; } = new();

    /// <summary>Static broker settings such as <c>log.retention.ms</c> that are defaults for topics; see <see cref="TopicConfigs"/>.</summary>
    public IReadOnlyDictionary<string, string> BrokerConfigs { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
