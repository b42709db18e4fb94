using System.Net;
using Kafkadog.Broker.Security;

namespace Kafkadog.Broker.Server;

/// <summary>The other end of a connection: where it is, by which listener it came, and who it is.</summary>
internal sealed class Peer(Endpoint advertised, EndPoint? remote)
{
    /// <summary>Where a client that came this way is told to connect.</summary>
    public Endpoint Advertised { get; } = advertised;

    public EndPoint? Remote { get; } = remote;

    /// <summary>Null when the connection is not by IP.</summary>
    public IPAddress? Address { get; } = remote is IPEndPoint ip ? (ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address) : null;

    /// <summary>Set once it is authenticated, where the listener asks for that.</summary>
    public KafkaPrincipal Principal { get; set; } = KafkaPrincipal.Anonymous;
}
