using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// SaslHandshake (key 17), versions 0 and 1: the client picks a mechanism, and learns which there are.
/// <para>A mechanism that is not enabled closes the connection after the answer. On a listener without SASL, or when the client is
/// authenticated and need not be again, the answer is ILLEGAL_SASL_STATE and the connection goes on.</para>
/// <para>v0 goes on with bare tokens instead of requests (KIP-152 is v1).</para>
/// </summary>
internal static class SaslHandshake
{
    private const short FirstVersionWithRequests = 1;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, SaslHandshakeRequest request)
    {
        var sasl = context.Peer.Sasl;
        var error = sasl?.Handshake(request.Mechanism, bareTokens: context.Version < FirstVersionWithRequests) ?? ErrorCode.IllegalSaslState;
        context.CloseConnection = error is ErrorCode.UnsupportedSaslMechanism;
        return new(new SaslHandshakeResponse { ErrorCode = error, Mechanisms = error is ErrorCode.IllegalSaslState ? [] : sasl!.Mechanisms });
    }
}
