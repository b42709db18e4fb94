namespace Kafkadog.Contracts;

/// <summary>What every event has in common, around its <see cref="Data"/>.</summary>
/// <param name="CorrelationId">Constant for everything that belongs to one order.</param>
/// <param name="TraceId">The W3C trace id, in the form of <see cref="TraceIds"/>.</param>
/// <param name="CausationId">Id of the event that caused this one.</param>
public sealed record Envelope(
    Guid Id,
    DateTimeOffset Timestamp,
    Guid CorrelationId,
    Guid TraceId,
    IShopEvent Data,
    Guid? CausationId = null)
{
    /// <summary>Fixed for every topic whose name ends in <c>.v1</c>.</summary>
    public const string Version = "1.0.0";

    public EventType Type => EventType.Of(Data);
}
