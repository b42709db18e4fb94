using System.Globalization;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>The settings of listeners, authentication and access control under Kafka's names. Nothing secret is among them.</summary>
internal static class SecurityConfigs
{
    public static IEnumerable<BrokerConfigEntry> Describe(BrokerState broker)
    {
        var options = broker.Options;
        var bound = broker.Listeners;
        return
        [
            Of("advertised.listeners", Join(bound.Select(one => one.Advertising)), null, ConfigType.List, "Where clients are told to connect."),
            Of("allow.everyone.if.no.acl.found", options.Authorization?.AllowEveryoneIfNoAclFound == true ? "true" : "false", "false", ConfigType.Boolean, "Whether a resource without an access control list is open to all."),
            Of("connection.failed.authentication.delay.ms", Ms(options.Sasl?.FailedAuthenticationDelay ?? TimeSpan.FromMilliseconds(100)), "100", ConfigType.Int, "How long a client waits for the news that it is not authenticated."),
            Of("connections.max.reauth.ms", Ms(options.Sasl?.MaxReauthentication ?? TimeSpan.Zero), "0", ConfigType.Long, "How long an authentication by SASL holds; 0 for ever."),
            Of("listener.security.protocol.map", Join(bound.Select(one => $"{one.Options.Name}:{one.Options.Protocol.KafkaName()}")), null, ConfigType.String, "How each listener is secured."),
            Of("listeners", Join(bound.Select(one => one.Listening)), null, ConfigType.List, "Where the broker listens."),
            Of("max.connection.creation.rate", Number(options.MaxConnectionsPerSecond), "2147483647", ConfigType.Int, "New connections in a second."),
            Of("max.connections.per.ip", Number(options.MaxConnectionsPerAddress), "2147483647", ConfigType.Int, "Connections of one address that may be open at a time."),
            Of("queued.max.request.bytes", Number(options.MaxRequestMemoryBytes), "-1", ConfigType.Long, "Memory of the requests that are being read and answered."),
            Of("sasl.enabled.mechanisms", Join(options.Sasl?.Mechanisms.Select(mechanism => mechanism.KafkaName()) ?? ["GSSAPI"]), "GSSAPI", ConfigType.List, "How a client may prove who it is, on a listener with SASL."),
            Of("ssl.client.auth", (options.Tls?.ClientAuthentication ?? ClientAuthentication.None).ToString().ToLowerInvariant(), "none", ConfigType.String, "Whether clients show certificates."),
            Of("super.users", string.Join(';', options.Authorization?.SuperUsers ?? []), "", ConfigType.String, "Who may do everything, whatever the lists say."),
        ];
    }

    private static string Join(IEnumerable<string> values) => string.Join(',', values);

    private static string Ms(TimeSpan time) => Number((long)time.TotalMilliseconds);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <param name="byDefault">Apache Kafka's default: a value that differs is told as set, whoever chose it.</param>
    private static BrokerConfigEntry Of(string name, string value, string? byDefault, ConfigType type, string documentation) =>
        new(name, value, type, IsReadOnly: true, Synonyms(name, value, byDefault), documentation);

    private static List<ConfigSynonym> Synonyms(string name, string value, string? byDefault)
    {
        List<ConfigSynonym> synonyms = byDefault is null ? [] : [new(name, byDefault, ConfigSource.Default)];
        if (value != byDefault)
        {
            synonyms.Insert(0, new(name, value, ConfigSource.StaticBroker));
        }

        return synonyms;
    }
}
