using System.Globalization;
using Kafkadog.Broker.Storage.Cleaning;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Apache Kafka's settings of the broker's storage as a whole, beside those that are defaults of topics (<see cref="TopicConfigs"/>).
/// Defaults and ranges are Kafka's. <see href="https://kafka.apache.org/documentation/#brokerconfigs"/>
/// </summary>
internal static class StorageConfigs
{
    private const string RetentionCheck = "log.retention.check.interval.ms", RecoveryPoints = "log.flush.offset.checkpoint.interval.ms",
        ProducerExpiration = "producer.id.expiration.ms", CleanerBackoff = "log.cleaner.backoff.ms", CleanerBuffer = "log.cleaner.dedupe.buffer.size",
        CleanerEnable = "log.cleaner.enable", CleanerLoad = "log.cleaner.io.buffer.load.factor", CleanerIoBuffer = "log.cleaner.io.buffer.size",
        CleanerRate = "log.cleaner.io.max.bytes.per.second", CleanerThreads = "log.cleaner.threads";

    public static IReadOnlyList<TopicConfigDefinition> All { get; } =
    [
        new(CleanerBackoff, ConfigType.Long, "15000", "How long compaction waits when there is nothing to clean.") { Min = 0 },
        new(CleanerBuffer, ConfigType.Long, "134217728", "Bytes for the keys of the logs that are being compacted; taken only meanwhile.") { Min = OffsetMap.BytesPerKey },
        new(CleanerEnable, ConfigType.Boolean, "true", "Whether compacted topics are compacted."),
        new(CleanerLoad, ConfigType.Double, "0.9", "How full the memory for keys may become.") { Min = 0.01, Max = 0.99 },
        new(CleanerIoBuffer, ConfigType.Int, "524288", "Bytes for the reading and writing of compaction.") { Min = 0 },
        new(CleanerRate, ConfigType.Double, "1.7976931348623157E308", "Bytes a second that compaction may read and write.") { Min = 1 },
        new(CleanerThreads, ConfigType.Int, "1", "Partitions that are compacted at a time.") { Min = 0, Max = 64 },
        new(RecoveryPoints, ConfigType.Int, "60000", "How often recovery points and log start offsets are written.") { Min = 1 },
        new(RetentionCheck, ConfigType.Long, "300000", "How often old segments are looked for.") { Min = 1 },
        new(ProducerExpiration, ConfigType.Int, "86400000", "How long an idempotent producer that writes nothing is remembered.") { Min = 1 },
    ];

    /// <summary>The value that is set, or the default.</summary>
    public static string Value(IReadOnlyDictionary<string, string> configs, string name) =>
        configs.GetValueOrDefault(name) ?? All.First(d => string.Equals(d.Name, name, StringComparison.Ordinal)).Default;

    /// <summary>The options with those that the broker's settings make.</summary>
    /// <exception cref="ArgumentException">A setting is not valid.</exception>
    public static StorageOptions Apply(StorageOptions options)
    {
        var configs = options.BrokerConfigs;
        foreach (var definition in All)
        {
            if (configs.TryGetValue(definition.Name, out var value) && definition.Problem(value) is { } problem)
                throw new ArgumentException(problem, nameof(options));
        }

        return options with
        {
            RetentionCheckInterval = Milliseconds(RetentionCheck),
            CheckpointInterval = Milliseconds(RecoveryPoints),
            ProducerIdExpiration = Milliseconds(ProducerExpiration),
            Cleaner = new CleanerOptions
            {
                IsEnabled = string.Equals(Value(configs, CleanerEnable), "true", StringComparison.Ordinal),
                Threads = (int)Number(CleanerThreads),
                DedupeBufferBytes = Number(CleanerBuffer),
                LoadFactor = Fraction(CleanerLoad),
                IoBufferBytes = (int)Number(CleanerIoBuffer),
                MaxBytesPerSecond = Fraction(CleanerRate),
                Backoff = Milliseconds(CleanerBackoff),
            },
        };

        long Number(string name) => long.Parse(Value(configs, name), CultureInfo.InvariantCulture);
        double Fraction(string name) => double.Parse(Value(configs, name), CultureInfo.InvariantCulture);

        // A timer holds less than 64 bits of milliseconds.
        TimeSpan Milliseconds(string name) => TimeSpan.FromMilliseconds(Math.Min(Number(name), int.MaxValue));
    }
}
