using System.Text;

namespace Kafkadog.Broker.Security.Sasl;

/// <summary>PLAIN (RFC 4616): one token of authorization id, user and password, separated by NUL.</summary>
internal sealed class PlainServer(SaslUsers users) : ISaslServer
{
    public SaslStep Evaluate(ReadOnlySpan<byte> token)
    {
        var parts = Encoding.UTF8.GetString(token).Split('\0');
        if (parts is not [var authorizationId, var user, var password])
        {
            return SaslStep.Failed($"Invalid SASL/PLAIN response: expected 3 tokens, got {parts.Length}");
        }

        return user.Length == 0 ? SaslStep.Failed("Authentication failed: username not specified")
            : password.Length == 0 ? SaslStep.Failed("Authentication failed: password not specified")
            : !users.Matches(user, password) ? SaslStep.Failed("Authentication failed: Invalid username or password")
            : authorizationId.Length > 0 && authorizationId != user ? SaslStep.Failed("Authentication failed: Client requested an authorization id that is different from username")
            : SaslStep.Done(user, []);
    }
}
