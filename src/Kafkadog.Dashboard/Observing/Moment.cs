namespace Kafkadog.Dashboard.Observing;

/// <summary>The moment a page shows: now, or one of the last minutes.</summary>
public readonly record struct Moment(DateTimeOffset Time, bool IsNow)
{
    /// <summary>Null for now, as the histories want it.</summary>
    public DateTimeOffset? At => IsNow ? null : Time;

    public TimeSpan Since(DateTimeOffset earlier) => Time > earlier ? Time - earlier : TimeSpan.Zero;
}
