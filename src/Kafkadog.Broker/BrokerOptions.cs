using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Broker;

/// <summary>The settings of a <see cref="KafkaBroker"/>. The defaults make a broker for one machine that forgets everything when disposed.</summary>
public sealed record BrokerOptions
{
    /// <summary>The address to listen on: an IP address, <c>localhost</c>, or a name that resolves to one. <c>0.0.0.0</c> for all.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port to listen on, 0 to 65535; 0 takes a free one, which <see cref="KafkaBroker.Port"/> then tells.</summary>
    public int Port { get; init; } = 9092;

    /// <summary>The host that clients are told to connect to; null for <see cref="Host"/> (<c>localhost</c> if that means all addresses).</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>The port that clients are told to connect to; null for the port the broker listens on.</summary>
    public int? AdvertisedPort { get; init; }

    /// <summary>
    /// The listeners, when one without security is not enough. They replace <see cref="Host"/>, <see cref="Port"/> and what is advertised;
    /// the first of them is the one that <see cref="KafkaBroker.BootstrapServers"/> tells.
    /// </summary>
    public IReadOnlyList<ListenerOptions> Listeners { get; init; } = [];

    /// <summary>The certificate of the listeners with TLS; needed when there is one.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>The users and mechanisms of the listeners with SASL; needed when there is one.</summary>
    public SaslOptions? Sasl { get; init; }

    /// <summary>Access control; null lets every client do everything.</summary>
    public AuthorizationOptions? Authorization { get; init; }

    /// <summary>Where the logs are kept. Null keeps them in memory: nothing touches the disk, and all is gone when the broker is disposed.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The most bytes that logs in memory may take, 1 MiB or more. A partition that needs more fails as on a full disk.</summary>
    public long MaxMemoryBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Kafka's <c>node.id</c>, 0 or above. A data directory belongs to the node that made it.</summary>
    public int NodeId { get; init; } = 1;

    /// <summary>The cluster id, 22 characters of base64url; null keeps the one in the data directory, or makes one.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Kafka's <c>auto.create.topics.enable</c>: a client that asks for an unknown topic gets it made.</summary>
    public bool AutoCreateTopics { get; init; } = true;

    /// <summary>Kafka's <c>num.partitions</c>, 1 or more: partitions of topics that do not say how many.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>Topics that are there when the broker has started. One that is there already stays as it is.</summary>
    public IReadOnlyList<TopicOptions> Topics { get; init; } = [];

    /// <summary>
    /// Accepts a replication factor of 2 or 3 and keeps one replica. One node cannot have more; many examples and test suites ask for
    /// it nevertheless. False refuses with INVALID_REPLICATION_FACTOR, as Apache Kafka does.
    /// </summary>
    public bool ClampReplicationFactor { get; init; } = true;

    /// <summary>Kafka's <c>group.initial.rebalance.delay.ms</c> (there 3 s): how long the first member of a group waits for others.</summary>
    public TimeSpan GroupInitialRebalanceDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Kafka's <c>offsets.topic.num.partitions</c>, used when <c>__consumer_offsets</c> is made.</summary>
    public int OffsetsTopicPartitions { get; init; } = 50;

    /// <summary>When appended records are forced to the disk.</summary>
    public FlushMode FlushMode { get; init; } = FlushMode.Interval;

    /// <summary>Kafka's <c>socket.request.max.bytes</c>: a connection that announces a larger request is closed.</summary>
    public int MaxRequestBytes { get; init; } = 100 * 1024 * 1024;

    /// <summary>Kafka's <c>fetch.max.bytes</c> of the broker: the most one Fetch answers with, plus at most one batch.</summary>
    public int MaxFetchBytes { get; init; } = 55 * 1024 * 1024;

    /// <summary>Kafka's <c>max.incremental.fetch.session.cache.slots</c>: clients that are answered with what changed only; 0 for none.</summary>
    public int FetchSessionSlots { get; init; } = 1000;

    /// <summary>Kafka's <c>max.connections</c>: further connections are closed at once.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Kafka's <c>max.connections.per.ip</c>: further connections of an address are closed at once.</summary>
    public int MaxConnectionsPerAddress { get; init; } = int.MaxValue;

    /// <summary>Kafka's <c>max.connection.creation.rate</c>, on each listener: further new connections wait to be accepted.</summary>
    public int MaxConnectionsPerSecond { get; init; } = int.MaxValue;

    /// <summary>
    /// Kafka's <c>queued.max.request.bytes</c> (there without a bound): memory of all requests above 64 KiB that are being read and answered.
    /// While it is used up no more of them are read. One request more than it holds fits always.
    /// </summary>
    public long MaxRequestMemoryBytes { get; init; } = 1024L * 1024 * 1024;

    /// <summary>A connection whose request has begun and comes more slowly, after 5 s, is closed. Apache Kafka waits for ever. 0 does so too.</summary>
    public int MinRequestBytesPerSecond { get; init; } = 240;

    /// <summary>A connection that has not finished its TLS handshake and its authentication after this long is closed. Apache Kafka waits as long as for an idle one.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Kafka's <c>connections.max.idle.ms</c>: a connection without a request, or that takes nothing of its answer, for this long is closed.</summary>
    public TimeSpan MaxConnectionIdle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a stopping broker waits for requests that are being answered.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Broker settings by Kafka's own names: defaults of topics, such as <c>log.retention.ms</c>, and settings of the broker itself, which go
    /// before the option that means the same. <c>log.segment.bytes</c> is 64 MiB when not given.
    /// </summary>
    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The clock of every timeout and timestamp; tests can give an <see cref="AdjustableTimeProvider"/>, or one of their own.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the broker logs to; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance;

    /// <summary><see cref="Listeners"/>, or the one that <see cref="Host"/> and <see cref="Port"/> make.</summary>
    internal IReadOnlyList<ListenerOptions> AllListeners => Listeners.Count > 0
        ? Listeners
        : [new ListenerOptions { Host = Host, Port = Port, AdvertisedHost = AdvertisedHost, AdvertisedPort = AdvertisedPort }];
}
