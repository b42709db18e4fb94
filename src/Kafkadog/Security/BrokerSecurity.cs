using Kafkadog.Broker;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;

namespace Kafkadog.Security;

/// <summary>What the command line says about the security of the broker.</summary>
internal sealed record BrokerSecurity(IReadOnlyList<ListenerOptions> Listeners, SaslOptions? Sasl, TlsOptions? Tls, AuthorizationOptions? Authorization)
{
    public BrokerOptions Apply(BrokerOptions options) => options with { Listeners = Listeners, Sasl = Sasl, Tls = Tls, Authorization = Authorization };
}
