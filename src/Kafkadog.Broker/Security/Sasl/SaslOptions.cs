using System.Text;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>How clients of the SASL listeners are authenticated.</summary>
public sealed record SaslOptions
{
    /// <summary>Kafka's <c>sasl.enabled.mechanisms</c>.</summary>
    public IReadOnlyList<SaslMechanism> Mechanisms { get; init; } = [SaslMechanism.Plain, SaslMechanism.ScramSha256, SaslMechanism.ScramSha512];

    /// <summary>
    /// Passwords by user, good for every mechanism. Users made with AlterUserScramCredentials (<c>kafka-configs.sh</c>) come on top, for
    /// SCRAM only; such a user goes before one of the same name here.
    /// </summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Kafka's <c>connections.max.reauth.ms</c>: how long an authentication holds before the client has to repeat it (KIP-368); zero for ever.</summary>
    public TimeSpan MaxReauthentication { get; init; }

    /// <summary>Kafka's <c>connection.failed.authentication.delay.ms</c>: how long a client waits for the news that its password is wrong.</summary>
    public TimeSpan FailedAuthenticationDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    // Without the passwords: options end up in logs.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Mechanisms = {string.Join(", ", Mechanisms)}, Users = {Users.Count}");
        return true;
    }
}
