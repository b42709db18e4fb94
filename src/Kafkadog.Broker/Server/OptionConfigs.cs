using System.Globalization;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Server;

/// <summary>
/// Apache Kafka's settings for which <see cref="BrokerOptions"/> has an option of its own, as <see cref="BrokerOptions.Configs"/> may have them:
/// each goes before the option that means the same. <see href="https://kafka.apache.org/documentation/#brokerconfigs"/>
/// </summary>
internal static class OptionConfigs
{
    private const string Idle = "connections.max.idle.ms", Reauthentication = "connections.max.reauth.ms", FailureDelay = "connection.failed.authentication.delay.ms",
        Connections = "max.connections", PerAddress = "max.connections.per.ip", CreationRate = "max.connection.creation.rate",
        RequestMemory = "queued.max.request.bytes", RequestBytes = "socket.request.max.bytes", AutoCreate = "auto.create.topics.enable", Partitions = "num.partitions",
        OffsetsPartitions = "offsets.topic.num.partitions", RebalanceDelay = "group.initial.rebalance.delay.ms", FetchBytes = "fetch.max.bytes",
        FetchSessions = "max.incremental.fetch.session.cache.slots";

    public static IReadOnlyList<TopicConfigDefinition> All { get; } =
    [
        new(Idle, ConfigType.Long, "600000", "How long a connection may be without a request.") { Min = 1 },
        new(Reauthentication, ConfigType.Long, "0", "How long an authentication by SASL holds; 0 for ever.") { Min = 0 },
        new(FailureDelay, ConfigType.Int, "100", "How long a client waits for the news that it is not authenticated.") { Min = 0 },
        new(Connections, ConfigType.Int, "2147483647", "Connections that may be open at a time.") { Min = 1 },
        new(PerAddress, ConfigType.Int, "2147483647", "Connections of one address that may be open at a time.") { Min = 1 },
        new(CreationRate, ConfigType.Int, "2147483647", "New connections in a second.") { Min = 1 },
        new(RequestMemory, ConfigType.Long, "-1", "Memory of the requests that are being read and answered; -1 for no bound.") { Min = -1 },
        new(RequestBytes, ConfigType.Int, "104857600", "The largest request that is read.") { Min = 10 },
        new(AutoCreate, ConfigType.Boolean, "true", "Whether a topic is made when a client first asks for it."),
        new(Partitions, ConfigType.Int, "1", "Partitions of a topic that does not say how many.") { Min = 1, Max = TopicRegistry.MaxPartitionsPerTopic },
        new(OffsetsPartitions, ConfigType.Int, "50", "Partitions of __consumer_offsets, when it is made.") { Min = 1, Max = TopicRegistry.MaxPartitionsPerTopic },
        new(RebalanceDelay, ConfigType.Int, "3000", "How long the first member of a group waits for others.") { Min = 0 },
        new(FetchBytes, ConfigType.Int, "57671680", "The most one Fetch answers with.") { Min = 1024 },
        new(FetchSessions, ConfigType.Int, "1000", "Clients that are answered with what changed only.") { Min = 0 },
    ];

    /// <summary>The options with what the settings say.</summary>
    /// <exception cref="ArgumentException">A setting is not valid.</exception>
    public static BrokerOptions Apply(BrokerOptions options)
    {
        foreach (var definition in All)
        {
            if (options.Configs.TryGetValue(definition.Name, out var value) && definition.Problem(value) is { } problem)
            {
                throw new ArgumentException(problem, nameof(options));
            }
        }

        options = options with
        {
            MaxConnectionIdle = Time(Idle) ?? options.MaxConnectionIdle,
            MaxConnections = (int?)Number(Connections) ?? options.MaxConnections,
            MaxConnectionsPerAddress = (int?)Number(PerAddress) ?? options.MaxConnectionsPerAddress,
            MaxConnectionsPerSecond = (int?)Number(CreationRate) ?? options.MaxConnectionsPerSecond,
            MaxRequestMemoryBytes = Number(RequestMemory) is { } bytes ? bytes > 0 ? bytes : long.MaxValue : options.MaxRequestMemoryBytes,
            MaxRequestBytes = (int?)Number(RequestBytes) ?? options.MaxRequestBytes,
            AutoCreateTopics = options.Configs.TryGetValue(AutoCreate, out var create) ? bool.Parse(create) : options.AutoCreateTopics,
            DefaultPartitions = (int?)Number(Partitions) ?? options.DefaultPartitions,
            OffsetsTopicPartitions = (int?)Number(OffsetsPartitions) ?? options.OffsetsTopicPartitions,
            GroupInitialRebalanceDelay = Time(RebalanceDelay) ?? options.GroupInitialRebalanceDelay,
            MaxFetchBytes = (int?)Number(FetchBytes) ?? options.MaxFetchBytes,
            FetchSessionSlots = (int?)Number(FetchSessions) ?? options.FetchSessionSlots,
        };
        return options.Sasl is null ? options : options with { Sasl = Apply(options.Sasl) };

        SaslOptions Apply(SaslOptions sasl) => sasl with
        {
            MaxReauthentication = Time(Reauthentication) ?? sasl.MaxReauthentication,
            FailedAuthenticationDelay = Time(FailureDelay) ?? sasl.FailedAuthenticationDelay,
        };

        long? Number(string name) => options.Configs.TryGetValue(name, out var value) ? long.Parse(value, CultureInfo.InvariantCulture) : null;

        // A timer holds less than 64 bits of milliseconds.
        TimeSpan? Time(string name) => Number(name) is { } ms ? TimeSpan.FromMilliseconds(Math.Min(ms, int.MaxValue)) : null;
    }
}
