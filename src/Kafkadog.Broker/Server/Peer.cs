using System.Net;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;

namespace Kafkadog.Broker.Server;

/// <summary>The other end of a connection: where it is, by which listener it came, and who it is. Owned by the loop of its connection.</summary>
internal sealed class Peer(Endpoint advertised, EndPoint? remote, SaslSession? sasl)
{
    /// <summary>Where a client that came this way is told to connect.</summary>
    public Endpoint Advertised { get; } = advertised;

    public EndPoint? Remote { get; } = remote;

    /// <summary>Null when the connection is not by IP.</summary>
    public IPAddress? Address { get; } = AddressOf(remote);

    /// <summary>Its authentication; null on a listener without SASL.</summary>
    public SaslSession? Sasl { get; } = sasl;

    /// <summary>Whom the client's certificate names; null without one.</summary>
    public KafkaPrincipal? Certified { get; set; }

    /// <summary>Who asks. Where there is SASL, a certificate does not count, as in Apache Kafka.</summary>
    public KafkaPrincipal Principal => (Sasl is null ? Certified : Sasl.Principal) ?? KafkaPrincipal.Anonymous;

    /// <summary>It has done what its listener asks for before the first request.</summary>
    public bool IsAuthenticated => Sasl is null || Sasl.Principal is not null;

    public static IPAddress? AddressOf(EndPoint? remote) => remote is IPEndPoint ip ? (ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address) : null;
}
