namespace Kafkadog.Dashboard.Observing;

/// <summary>The faults that are switched on in one instance, as <c>GET /chaos</c> answers.</summary>
public sealed record FaultList(string Service, string InstanceId, IReadOnlyList<string> Modes, IReadOnlyList<ServiceFault> Faults);

/// <param name="Mode">throw, delay, or a switch of the business: decline, reject.</param>
/// <param name="Remaining">Records it still hits; null until it expires.</param>
/// <param name="State">active, used-up or expired.</param>
public sealed record ServiceFault(
    long Id,
    string Point,
    string Mode,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    string? Kind = null,
    int? DelayMs = null,
    int? Count = null,
    int? Remaining = null,
    int Hits = 0,
    FaultMatch? Match = null,
    IReadOnlyList<FaultHit>? LastHits = null)
{
    public bool IsActive => State == "active";
}

public sealed record FaultMatch(string? OrderId = null, string? Topic = null, string? EventType = null);

public sealed record FaultHit(
    DateTimeOffset At, string? Group = null, string? Topic = null, int? Partition = null, long? Offset = null, string? Key = null, string? EventType = null);

/// <summary>What is asked for with <c>POST /chaos</c>.</summary>
public sealed record FaultRequest(
    string Mode, string? Kind = null, int? DelayMs = null, int? Count = null, int? ExpiresInSeconds = null, FaultMatch? Match = null);

/// <summary>A fault and the instance it is in.</summary>
public sealed record InstanceFault(ShopInstance Instance, ServiceFault Fault);
