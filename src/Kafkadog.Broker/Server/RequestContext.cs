using Kafkadog.Broker.Coordination.Fetching;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Security.Acls;

namespace Kafkadog.Broker.Server;

/// <summary>One request as its handler sees it.</summary>
internal sealed class RequestContext(BrokerState broker, RequestHeader header, string? clientId, Peer peer, FetchWaiter fetchWaiter, CancellationToken released)
{
    public BrokerState Broker { get; } = broker;

    public short Version { get; } = header.Version;

    public ApiKey ApiKey { get; } = header.ApiKey;

    /// <summary>The name the client gives itself; empty when it gives none.</summary>
    public string ClientId { get; } = clientId ?? "";

    /// <summary>Who asks, from where, by which listener.</summary>
    public Peer Peer { get; } = peer;

    /// <summary>The address of the client as group descriptions show it: a slash and the IP address.</summary>
    public string ClientHost => Peer.Address is { } address ? $"/{address}" : "/unknown";

    /// <summary>The one place where a Fetch of this connection parks.</summary>
    public FetchWaiter FetchWaiter { get; } = fetchWaiter;

    /// <summary>The client is gone or the broker stops: whoever waits answers with what it has.</summary>
    public CancellationToken Released { get; } = released;

    /// <summary>Set by a handler to have the connection closed after its answer, if any.</summary>
    public bool CloseConnection { get; set; }

    /// <summary>Why the client could not be authenticated, for the log; null when that was not the matter.</summary>
    public string? AuthenticationFailure { get; private set; }

    /// <summary>Has the connection closed after the answer, which waits for the delay: guessing passwords shall be slow.</summary>
    public Task RefuseAfterAsync(TimeSpan delay, string failure)
    {
        (AuthenticationFailure, CloseConnection) = (failure, true);
        return Task.Delay(delay, Broker.Time, Released);
    }

    /// <summary>Whether access control lets the client do it to that topic, which need not exist.</summary>
    public bool AllowsTopic(AclOperation operation, string name) => Allows(operation, AclResourceType.Topic, name);

    /// <inheritdoc cref="AllowsTopic"/>
    public bool AllowsGroup(AclOperation operation, string groupId) => Allows(operation, AclResourceType.Group, groupId);

    /// <inheritdoc cref="AllowsTopic"/>
    public bool AllowsTransactionalId(AclOperation operation, string transactionalId) => Allows(operation, AclResourceType.TransactionalId, transactionalId);

    /// <inheritdoc cref="AllowsTopic"/>
    public bool AllowsCluster(AclOperation operation) => Allows(operation, AclResourceType.Cluster, AclBinding.ClusterName);

    /// <summary>Whether the client may do it to at least one topic, existing or not.</summary>
    public bool AllowsAnyTopic(AclOperation operation) => Broker.Authorizer.AllowsAny(Peer.Principal, Peer.Address, operation, AclResourceType.Topic);

    private bool Allows(AclOperation operation, AclResourceType type, string name) =>
        Broker.Authorizer.Allows(Peer.Principal, Peer.Address, operation, type, name);
}
