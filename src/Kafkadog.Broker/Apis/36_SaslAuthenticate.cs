using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// SaslAuthenticate (key 36), versions 0 to 2: one token of the mechanism, answered with the next.
/// <para>A failure is told after a delay, which slows down guessing, and closes the connection. The words are Apache Kafka's, because
/// clients show them.</para>
/// <para>v1 how long the session lasts (KIP-368); v2 flexible.</para>
/// </summary>
internal static class SaslAuthenticate
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, SaslAuthenticateRequest request)
    {
        var sasl = context.Peer.Sasl;
        if (sasl?.Evaluate(request.AuthBytes.Span) is not { } step)
        {
            return new SaslAuthenticateResponse
            {
                ErrorCode = ErrorCode.IllegalSaslState,
                ErrorMessage = "SaslAuthenticate request received after successful authentication",
            };
        }

        if (step.Failure is null)
        {
            return new SaslAuthenticateResponse { ErrorMessage = "", AuthBytes = step.Answer, SessionLifetimeMs = step.User is null ? 0 : sasl.LifetimeMs };
        }

        await context.RefuseAfterAsync(sasl.FailureDelay, step.Failure);
        return new SaslAuthenticateResponse { ErrorCode = ErrorCode.SaslAuthenticationFailed, ErrorMessage = step.Failure };
    }
}
