using System.ComponentModel.DataAnnotations;

namespace Kafkadog.Messaging;

/// <summary>Settings of one service's messaging, bound from the configuration section <c>Messaging</c>.</summary>
public sealed class MessagingOptions
{
    public const string Section = "Messaging";

    /// <summary>The service's name: part of the retry group, of headers and of telemetry.</summary>
    [Required]
    public string ServiceName { get; set; } = "";

    /// <summary>
    /// Name of this process among the service's instances; keep it the same over restarts, so that an instance finds
    /// the outbox rows and the unfinished work of its own crash. Defaults to the service's name.
    /// </summary>
    public string InstanceId { get => field.Length == 0 ? ServiceName : field; set; } = "";

    /// <summary><c>host:port</c>, comma separated.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "127.0.0.1:9092";

    /// <summary>The Kafka client id. Defaults to the instance's name.</summary>
    public string ClientId { get => field.Length == 0 ? InstanceId : field; set; } = "";

    /// <summary>Put before every group name; empty keeps the names as they are registered.</summary>
    public string GroupPrefix { get; set; } = "";

    /// <summary>How many events of one consumer may be in <see cref="IEventHandler.PrepareAsync"/> at the same time.</summary>
    [Range(1, 1024)]
    public int Lanes { get; set; } = 32;

    /// <summary>Records of one partition between poll and stored offset; at this many the partition waits, then pauses.</summary>
    [Range(1, 100_000)]
    public int MaxInFlightPerPartition { get; set; } = 1000;

    /// <summary>Most pieces of work in one local transaction.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 256;

    /// <summary>An event that is in preparation for longer is cancelled and counts as transiently failed.</summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a revoked partition may take to finish what is in flight; below the session timeout.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The broker takes a silent member for dead after this time, and its partitions stand still until then.
    /// Shorter than the client's 45 s, so that a killed instance is replaced while somebody watches; not below 6 s,
    /// the least that Apache Kafka accepts.
    /// </summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the producer gathers records before it sends, in milliseconds.</summary>
    [Range(0, 1000)]
    public double LingerMs { get; set; } = 1;

    /// <summary>How long rows of the inbox are kept; at least the retention of the dead letter topic, or a redrive is not recognised.</summary>
    public TimeSpan InboxRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Deliveries, sent records and rebalances kept in memory for <c>GET /journal</c>.</summary>
    [Range(16, 100_000)]
    public int JournalCapacity { get; set; } = 2000;

    [Required]
    public RetryOptions Retry { get; set; } = new();

    [Required]
    public DatabaseOptions Database { get; set; } = new();

    /// <summary>Further librdkafka properties for every client, such as <c>security.protocol</c>.</summary>
    public Dictionary<string, string> Client { get; set; } = [];
}

public sealed class RetryOptions
{
    /// <summary>Delayed attempts after the attempts in place; then the record is a dead letter.</summary>
    [Range(0, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Delay before the first delayed attempt; each further one doubles it.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Waits before the further attempts in place.</summary>
    public TimeSpan[] InPlaceDelays { get; set; } = [TimeSpan.Zero, TimeSpan.FromMilliseconds(100)];

    /// <summary>Topic of delayed attempts.</summary>
    [Required]
    public string Topic { get; set; } = "retry";

    [Required]
    public string DeadLetterTopic { get; set; } = "dlq";

    /// <summary>Events of one key that may wait behind a delayed one; then the partition waits.</summary>
    [Range(1, 10_000)]
    public int MaxParkedPerKey { get; set; } = 100;
}

public sealed class DatabaseOptions
{
    public SqlDialect Provider { get; set; } = SqlDialect.Sqlite;

    /// <summary>The database file (SQLite).</summary>
    public string Path { get; set; } = "";

    /// <summary>The connection string (PostgreSQL).</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>The schema that holds the service's tables (PostgreSQL); created when missing.</summary>
    public string Schema { get; set; } = "public";
}
