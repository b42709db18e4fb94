using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>The figures at the top of the overview.</summary>
public sealed record TilesView(
    int Orders,
    int Completed,
    int Cancelled,
    int Failed,
    double OrdersPerSecond,
    double OutcomesPerSecond,
    Equatable<double> OrderTrend,
    TimeSpan? Median,
    TimeSpan? Slowest,
    Equatable<double> OutcomeTrend,
    long Lag,
    TimeSpan? OldestWaits,
    Equatable<double> LagTrend,
    long RetriesLastMinute,
    int RetriesWaiting,
    TimeSpan? NextRetryIn,
    Equatable<double> RetryTrend,
    int DeadLetters,
    TimeSpan? LastDeadLetterAgo,
    Equatable<double> DeadLetterTrend)
{
    private const int Buckets = 30;
    private const int LatencySample = 200;

    private static readonly TimeSpan Bucket = TimeSpan.FromSeconds(10);

    public static TilesView Of(Observed observed, Moment moment)
    {
        var placed = observed.Orders.NewestFirst.Where(o => o.Placed is not null && o.FirstAt <= moment.Time).ToList();
        var states = placed.CountBy(o => moment.IsNow ? o.Status : o.StatusAt(moment.Time)).ToDictionary();
        var times = placed.Where(o => o.OutcomeAt <= moment.Time).Take(LatencySample).Select(o => o.OutcomeAt!.Value - o.FirstAt).Order().ToList();
        var waiting = Waiting.Of(observed, moment);
        var letters = observed.TapesOf(Contracts.Topics.DeadLetters).SelectMany(t => t.Records).Where(r => r.At <= moment.Time).ToList();
        var groups = observed.Commits.Groups.ToList();
        return new(
            placed.Count,
            states.GetValueOrDefault(OrderStatus.Completed),
            states.GetValueOrDefault(OrderStatus.Cancelled),
            states.GetValueOrDefault(OrderStatus.Failed),
            PerSecond(observed, moment, s => s.Orders),
            PerSecond(observed, moment, s => s.Completed + s.Cancelled),
            Trend(observed, moment, s => s.Orders),
            times.Count > 0 ? times[times.Count / 2] : null,
            times.Count > 0 ? times[(int)(times.Count * 0.99)] : null,
            Trend(observed, moment, s => s.Completed + s.Cancelled),
            groups.Sum(g => observed.Commits.Places(g).Sum(p => observed.Lag(g, p, moment.At) ?? 0)),
            OldestUnread(observed, moment, groups),
            Sum(groups.Select(g => observed.Lags.Series(g, moment.Time, Bucket, Buckets))),
            observed.Rates.Over(moment.Time, TimeSpan.FromMinutes(1), s => s.Retries),
            waiting.Count,
            waiting.NextDue is { } due ? due - moment.Time : null,
            Trend(observed, moment, s => s.Retries),
            letters.Count,
            letters is [.., var last] ? Tenths(moment.Since(last.At)) : null,
            Trend(observed, moment, s => s.DeadLetters));
    }

    private static double PerSecond(Observed observed, Moment moment, Func<RateHistory.Second, long> count) =>
        observed.Rates.Over(moment.Time, TimeSpan.FromSeconds(10), count) / 10.0;

    private static Equatable<double> Trend(Observed observed, Moment moment, Func<RateHistory.Second, long> count) =>
        observed.Rates.Series(moment.Time, Bucket, Buckets, count).ToEquatable();

    private static Equatable<double> Sum(IEnumerable<IReadOnlyList<double>> series)
    {
        var sum = new double[Buckets];
        foreach (var one in series)
        {
            for (var i = 0; i < Buckets; i++)
            {
                sum[i] += one[i];
            }
        }

        return sum.ToEquatable();
    }

    /// <summary>Age of the oldest record that some group has yet to commit past.</summary>
    private static TimeSpan? OldestUnread(Observed observed, Moment moment, List<string> groups)
    {
        DateTimeOffset? oldest = null;
        foreach (var group in groups)
        {
            foreach (var place in observed.Commits.Places(group))
            {
                if (observed.Commits.Committed(group, place, moment.At) is { } committed
                    && observed.FindTape(place)?.FirstFrom(committed) is { } record
                    && record.At <= moment.Time
                    && (oldest is null || record.At < oldest))
                {
                    oldest = record.At;
                }
            }
        }

        return oldest is { } at ? Tenths(moment.Since(at)) : null;
    }

    /// <summary>Coarse enough that an unchanged figure is not rendered again and again.</summary>
    private static TimeSpan Tenths(TimeSpan span) => span.TotalSeconds < 10
        ? TimeSpan.FromMilliseconds(Math.Round(span.TotalMilliseconds / 100) * 100)
        : TimeSpan.FromSeconds(Math.Round(span.TotalSeconds));
}

/// <summary>Retries that are planned and not yet taken up.</summary>
public readonly record struct Waiting(int Count, DateTimeOffset? NextDue)
{
    public static Waiting Of(Observed observed, Moment moment)
    {
        var due = observed.TapesOf(Contracts.Topics.Retry)
            .SelectMany(t => t.Records)
            .Where(r => r.At <= moment.Time && r.Failure?.DueAt > moment.Time)
            .Select(r => r.Failure!.DueAt!.Value)
            .ToList();
        return new(due.Count, due.Count > 0 ? due.Min() : null);
    }
}
