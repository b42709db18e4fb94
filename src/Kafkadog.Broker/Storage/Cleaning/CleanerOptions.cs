namespace Kafkadog.Broker.Storage.Cleaning;

/// <summary>Apache Kafka's <c>log.cleaner.*</c> settings of the broker.</summary>
internal sealed record CleanerOptions
{
    /// <summary><c>log.cleaner.enable</c>: off, compacted topics keep everything.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary><c>log.cleaner.threads</c>: partitions cleaned at a time.</summary>
    public int Threads { get; init; } = 1;

    /// <summary><c>log.cleaner.dedupe.buffer.size</c>: bytes for the keys of all threads, taken only while a log is cleaned.</summary>
    public long DedupeBufferBytes { get; init; } = 134_217_728;

    /// <summary><c>log.cleaner.io.buffer.load.factor</c>: how full the key buffers may be, above 0 and below 1.</summary>
    public double LoadFactor { get; init; } = 0.9;

    /// <summary><c>log.cleaner.io.buffer.size</c>: bytes for reading and writing, of all threads.</summary>
    public int IoBufferBytes { get; init; } = 524_288;

    /// <summary><c>log.cleaner.io.max.bytes.per.second</c>: reading and writing together, of all threads.</summary>
    public double MaxBytesPerSecond { get; init; } = double.MaxValue;

    /// <summary><c>log.cleaner.backoff.ms</c>: how long a thread waits when there is nothing to clean.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(15);
}
