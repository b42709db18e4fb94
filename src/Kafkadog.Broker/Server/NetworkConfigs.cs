using System.Globalization;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Server;

/// <summary>
/// Apache Kafka's settings of connections and their authentication, as <see cref="BrokerOptions.Configs"/> may have them: each goes before the
/// option that means the same. <see href="https://kafka.apache.org/documentation/#brokerconfigs"/>
/// </summary>
internal static class NetworkConfigs
{
    private const string Idle = "connections.max.idle.ms", Reauthentication = "connections.max.reauth.ms", FailureDelay = "connection.failed.authentication.delay.ms",
        Connections = "max.connections", PerAddress = "max.connections.per.ip", CreationRate = "max.connection.creation.rate",
        RequestMemory = "queued.max.request.bytes", RequestBytes = "socket.request.max.bytes";

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
