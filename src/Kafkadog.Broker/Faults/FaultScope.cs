namespace Kafkadog.Broker.Faults;

/// <summary>Which requests of its API a fault meets. The default is every one, until the fault is removed.</summary>
public sealed record FaultScope
{
    /// <summary>The fault is over after so many requests, 1 or more; null for no end.</summary>
    public int? Times { get; init; }

    /// <summary>Only requests for which it is true. Called on the thread of the connection: it must be quick and not throw.</summary>
    public Func<FaultRequest, bool>? When { get; init; }

    /// <summary>The part of those requests that is met, above 0 and up to 1, chosen at random.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Where the random choices of <see cref="Share"/> begin: the same seed makes the same choices, request by request.</summary>
    public int Seed { get; init; }
}
