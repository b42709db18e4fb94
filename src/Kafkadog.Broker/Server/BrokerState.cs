using Kafkadog.Broker.Coordination.Fetching;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Coordination.Transactions;
using Kafkadog.Broker.Diagnostics;
using Kafkadog.Broker.Faults;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Server;

/// <summary>What the handlers of one broker share.</summary>
internal sealed record BrokerState(BrokerOptions Options, BrokerStorage Storage, GroupCoordinator Groups, ApiTable Apis, BrokerMetrics Metrics)
{
    /// <summary>Where clients of the first listener are told to connect; those of another see it in <see cref="Peer.Advertised"/>.</summary>
    public Endpoint Advertised => Listeners[0].Advertised;

    /// <summary>At least one; known once their ports are bound.</summary>
    public required IReadOnlyList<BoundListener> Listeners { get; init; }

    /// <summary>Asked through <see cref="RequestContext"/>, which knows who asks.</summary>
    public Authorizer Authorizer { get; } = new(Options.Authorization, Storage.Acls);

    /// <summary>What tests do to requests; they outlive a restart.</summary>
    public required BrokerFaults Faults { get; init; }

    /// <summary>Null when no listener has SASL.</summary>
    public SaslUsers? SaslUsers { get; } = Options.Sasl is { } sasl ? new(sasl, Storage.ScramUsers) : null;

    /// <summary>What all requests share that are being read and answered.</summary>
    public RequestMemory RequestMemory { get; } = new(Options.MaxRequestMemoryBytes);

    /// <summary>What clients fetch again and again.</summary>
    public FetchSessions FetchSessions { get; } = new(Options.FetchSessionSlots, Options.TimeProvider);

    public required TransactionCoordinator Transactions { get; init; }

    public required TransactionVerification Verification { get; init; }

    /// <summary>For markers that no coordinator of ours decided.</summary>
    public MarkerWriter Markers { get; } = new(Storage.Topics, Groups);

    public TopicRegistry Topics => Storage.Topics;

    public int NodeId => Options.NodeId;

    public TimeProvider Time => Options.TimeProvider;
}

/// <summary>A host and port as clients use them.</summary>
internal readonly record struct Endpoint(string Host, int Port)
{
    /// <summary>As <c>bootstrap.servers</c> takes it.</summary>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
