using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>SCRAM (RFC 5802): two tokens of the client, each answered. No channel binding, as in Apache Kafka.</summary>
/// <param name="find">The credential of a user; null when there is none.</param>
/// <param name="serverNonce">Random, of printable characters without a comma.</param>
internal sealed class ScramServer(Func<string, ScramCredential?> find, string serverNonce) : ISaslServer
{
    private ScramFirst _first = null!;
    private string _serverFirst = "";
    private ScramCredential? _credential;

    public SaslStep Evaluate(ReadOnlySpan<byte> token)
    {
        var message = Encoding.UTF8.GetString(token);
        return _credential is null ? First(message) : Final(message, _credential);
    }

    private SaslStep First(string message)
    {
        if (ScramFirst.Parse(message) is not { } first || find(first.User) is not { } credential)
        {
            return SaslStep.Failed();
        }

        if (first.AuthorizationId.Length > 0 && first.AuthorizationId != first.User)
        {
            return SaslStep.Failed("Authentication failed: Client requested an authorization id that is different from username");
        }

        (_first, _credential) = (first, credential);
        _serverFirst = string.Create(CultureInfo.InvariantCulture, $"r={first.Nonce}{serverNonce},s={Convert.ToBase64String(credential.Salt)},i={credential.Iterations}");
        return SaslStep.Continue(Encoding.UTF8.GetBytes(_serverFirst));
    }

    private SaslStep Final(string message, ScramCredential credential)
    {
        if (ScramFinal.Parse(message) is not { } final || final.Nonce != _first.Nonce + serverNonce || !_first.IsHeader(final.ChannelBinding))
        {
            return SaslStep.Failed();
        }

        var authMessage = Encoding.UTF8.GetBytes($"{_first.Bare},{_serverFirst},{final.WithoutProof}");
        return credential.Accepts(authMessage, final.Proof)
            ? SaslStep.Done(_first.User, Encoding.UTF8.GetBytes($"v={Convert.ToBase64String(credential.ServerSignature(authMessage))}"))
            : SaslStep.Failed();
    }

    /// <summary>A nonce of 128 random bits.</summary>
    public static string NewNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).TrimEnd('=');
}
