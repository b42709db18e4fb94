using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>Who may log in: the users of the options, and those of the <see cref="ScramStore"/>.</summary>
internal sealed class SaslUsers(SaslOptions options, ScramStore stored)
{
    private const int SaltBytes = 16;

    private readonly ConcurrentDictionary<(string User, SaslMechanism Mechanism), ScramCredential> _derived = new();

    /// <summary>A new exchange; null when the mechanism is not enabled.</summary>
    public ISaslServer? Server(SaslMechanism mechanism) =>
        !options.Mechanisms.Contains(mechanism) ? null
        : mechanism is SaslMechanism.Plain ? new PlainServer(this)
        : new ScramServer(user => Scram(user, mechanism), ScramServer.NewNonce());

    /// <summary>Takes about the same time whether or not there is such a user, and wherever the passwords begin to differ.</summary>
    public bool Matches(string user, string password)
    {
        var known = options.Users.TryGetValue(user, out var expected);
        return CryptographicOperations.FixedTimeEquals(Digest(expected ?? ""), Digest(password)) & known;
    }

    private ScramCredential? Scram(string user, SaslMechanism mechanism) =>
        stored.Find(user, mechanism)
        ?? (options.Users.TryGetValue(user, out var password) ? _derived.GetOrAdd((user, mechanism), _ =>
            ScramCredential.FromPassword(mechanism.Hash(), password, RandomNumberGenerator.GetBytes(SaltBytes))) : null);

    private static byte[] Digest(string password) => SHA256.HashData(Encoding.UTF8.GetBytes(password));
}
