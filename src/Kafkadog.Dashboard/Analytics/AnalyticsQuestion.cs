namespace Kafkadog.Dashboard.Analytics;

/// <summary>Which orders count, and over how long. Both are in the page's address; what is not known there counts as not given.</summary>
public sealed record AnalyticsQuestion(string Period, string Basis)
{
    public const string Placed = "placed";
    public const string Completed = "completed";

    private const string DefaultPeriod = "last_24h";

    public static IReadOnlyList<(string Id, string Name, string Words)> Periods { get; } =
    [
        ("last_1h", "1 hour", "in the last hour"), ("last_24h", "24 hours", "in the last 24 hours"),
        ("last_7d", "7 days", "in the last 7 days"), ("last_30d", "30 days", "in the last 30 days"),
    ];

    public string PeriodWords => Periods.Single(p => p.Id == Period).Words;

    public string TopPath => $"/metrics/analytics?period={Period}&limit=10&basis={Basis}";

    public string PagesPath => $"/metrics/pageviews?period={Period}";

    public static AnalyticsQuestion Of(string? period, string? basis) => new(
        Periods.Any(p => p.Id == period) ? period! : DefaultPeriod,
        basis == Completed ? Completed : Placed);
}
