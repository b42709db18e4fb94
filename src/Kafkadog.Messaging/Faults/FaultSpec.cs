namespace Kafkadog.Messaging.Faults;

/// <summary>A fault as it is ordered: where, what, how often, how long.</summary>
/// <param name="Mode"><see cref="Throw"/>, <see cref="Delay"/>, or the name of a switch that a handler asks for.</param>
public sealed record FaultSpec(string Mode)
{
    public const string Throw = "throw";
    public const string Delay = "delay";

    public static readonly TimeSpan DefaultExpiry = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan MaxExpiry = TimeSpan.FromHours(1);

    public FaultPoint Point { get; init; } = FaultPoint.BeforeHandler;

    /// <summary>No later attempt will help: the record goes to the dead letters at once.</summary>
    public bool IsPermanent { get; init; }

    public TimeSpan DelayBy { get; init; }

    /// <summary>
    /// Deliveries to hit, of a switch events, inside the writer transactions; null for all until it expires.
    /// </summary>
    public int? Count { get; init; }

    public TimeSpan ExpiresIn { get; init; } = DefaultExpiry;

    /// <summary>Null for every record.</summary>
    public FaultMatch? Match { get; init; }

    /// <summary>Neither broken nor slowed: the handler asks, and answers differently.</summary>
    public bool IsSwitch => Mode is not (Throw or Delay);
}

/// <summary>Which records a fault hits; a null matches everything.</summary>
public sealed record FaultMatch(string? Key = null, string? Topic = null, string? EventType = null)
{
    internal bool Matches(InboundEvent received) =>
        Is(Key, received.Key) && Is(Topic, received.Record.Topic) && Is(EventType, received.Type);

    private static bool Is(string? wanted, string? value) => wanted is null || string.Equals(wanted, value, StringComparison.Ordinal);
}

public enum FaultState
{
    Active,
    UsedUp,
    Expired,
}

/// <summary>A fault as it stands.</summary>
/// <param name="Remaining">What is left of the count; null without one.</param>
/// <param name="LastHits">The newest first.</param>
public sealed record FaultStatus(
    int Id, FaultSpec Spec, FaultState State, int Hits, int? Remaining, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, IReadOnlyList<FaultHit> LastHits);

/// <summary>Something that a fault has hit; inside the writer no record is known, only the moment.</summary>
public sealed record FaultHit(
    DateTimeOffset At, string? Group = null, string? Topic = null, int? Partition = null, long? Offset = null, string? Key = null, string? EventType = null, Guid? EventId = null);
