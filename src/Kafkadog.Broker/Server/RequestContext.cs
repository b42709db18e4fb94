using System.Net;
using Kafkadog.Broker.Coordination.Fetching;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Server;

/// <summary>One request as its handler sees it.</summary>
internal sealed class RequestContext(BrokerState broker, RequestHeader header, string? clientId, EndPoint? remote, FetchWaiter fetchWaiter, CancellationToken released)
{
    public BrokerState Broker { get; } = broker;

    public short Version { get; } = header.Version;

    public ApiKey ApiKey { get; } = header.ApiKey;

    /// <summary>The name the client gives itself; empty when it gives none.</summary>
    public string ClientId { get; } = clientId ?? "";

    /// <summary>The address of the client as group descriptions show it: a slash and the IP address.</summary>
    public string ClientHost => remote is IPEndPoint ip ? $"/{(ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address)}" : "/unknown";

    /// <summary>The one place where a Fetch of this connection parks.</summary>
    public FetchWaiter FetchWaiter { get; } = fetchWaiter;

    /// <summary>The client is gone or the broker stops: whoever waits answers with what it has.</summary>
    public CancellationToken Released { get; } = released;

    /// <summary>Set by a handler to have the connection closed after its answer, if any.</summary>
    public bool CloseConnection { get; set; }
}
