using Kafkadog.Contracts;
using Kafkadog.Dashboard.Asking;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Analytics;

/// <summary>What the dashboard counts itself, from the records of the last minutes, and how far the analytics have come.</summary>
/// <param name="GatewayUrl">Where page views are sent to.</param>
/// <param name="Buckets">Ten seconds each, oldest first; the one that is still filling is left out.</param>
/// <param name="OrdersSince">From when on revenue is counted, where older orders were forgotten already; null when all are there.</param>
/// <param name="ViewsSince">The same for page views.</param>
public sealed record AnalyticsView(
    ServicePlace Service, string GatewayUrl, GroupProgress Progress, Equatable<AnalyticsBucket> Buckets, DateTimeOffset? OrdersSince, DateTimeOffset? ViewsSince)
{
    public const int BucketSeconds = 10;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private const int BucketCount = 90;

    /// <summary>Records are seen a moment after they were written; a bucket is shown when its last ones should be there.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public static AnalyticsView Of(Observed observed, Moment moment)
    {
        var now = (moment.Time - Settling).ToUnixTimeSeconds();
        var end = now - (now % BucketSeconds);
        var sums = new Sums(end - (BucketCount * BucketSeconds), BucketCount);
        var from = DateTimeOffset.FromUnixTimeSeconds(sums.Start);
        foreach (var order in observed.Orders.OldestFirst)
        {
            if (order.Placed is { } placed)
            {
                sums.Add(sums.Placed, order.FirstAt, placed.Total.Cents);
                sums.Add(sums.Completed, order.Outcome == nameof(OrderCompleted) ? order.OutcomeAt : null, placed.Total.Cents);
            }
        }

        var views = observed.TapesOf(Topics.PageViews).ToList();
        foreach (var record in views.SelectMany(t => t.Records).Where(r => r.Type == nameof(PageView)))
        {
            sums.Add(sums.Views, record.At, 1);
        }

        var cut = views.Where(t => t.Records is [{ Offset: var first }, ..] && first > t.Start).Select(t => (DateTimeOffset?)t.Records[0].At).Max();
        return new(
            ServicePlace.Of(observed, "analytics-service"),
            ServicePlace.Of(observed, "api-gateway").Url ?? "http://localhost:3001",
            GroupProgress.Of(observed, moment, Groups.Analytics, Topics.Orders, Topics.Outcomes, Topics.PageViews),
            Fill(observed, end, sums),
            observed.Orders.Forgotten > 0 && observed.Orders.OldestFirst.First().FirstAt is var oldest && oldest > from ? oldest : null,
            cut > from ? cut : null);
    }

    private static Equatable<AnalyticsBucket> Fill(Observed observed, long end, Sums sums)
    {
        // One bucket more than is shown: the one that fills now.
        var upTo = DateTimeOffset.FromUnixTimeSeconds(end + BucketSeconds - 1);
        IReadOnlyList<double> Series(Func<RateHistory.Second, long> count) =>
            observed.Rates.Series(upTo, TimeSpan.FromSeconds(BucketSeconds), BucketCount + 1, count);
        var (orders, completed, cancelled) = (Series(s => s.Orders), Series(s => s.Completed), Series(s => s.Cancelled));
        return Enumerable.Range(0, BucketCount).Select(i => new AnalyticsBucket(
            DateTimeOffset.FromUnixTimeSeconds(sums.Start + ((i + 1) * BucketSeconds)),
            orders[i],
            completed[i],
            cancelled[i],
            new Money(sums.Placed[i]),
            new Money(sums.Completed[i]),
            sums.Views[i])).ToEquatable();
    }

    private sealed class Sums(long start, int count)
    {
        public long Start => start;

        public long[] Placed { get; } = new long[count];

        public long[] Completed { get; } = new long[count];

        public long[] Views { get; } = new long[count];

        public void Add(long[] series, DateTimeOffset? at, long amount)
        {
            var second = at?.ToUnixTimeSeconds() - start;
            if (second >= 0 && second / BucketSeconds < series.Length)
            {
                series[second.Value / BucketSeconds] += amount;
            }
        }
    }
}

/// <param name="At">Its end.</param>
public sealed record AnalyticsBucket(
    DateTimeOffset At, double Orders, double Completed, double Cancelled, Money PlacedRevenue, Money CompletedRevenue, long PageViews);
