namespace Kafkadog.Commands;

/// <summary>Gathers settled orders from many threads and sums them up.</summary>
internal sealed class SeedResults
{
    private readonly Lock gate = new();
    private readonly List<SettledOrder> orders = [];

    public void Add(SettledOrder order)
    {
        lock (gate)
        {
            orders.Add(order);
        }
    }

    public SeedSummary Summarize(TimeSpan took)
    {
        lock (gate)
        {
            var settled = orders.Where(o => o.IsSettled).ToList();
            return new SeedSummary(
                orders.Count,
                orders.Count - settled.Count,
                orders.GroupBy(o => o.Code is null ? o.Status : $"{o.Status} {o.Code}", StringComparer.Ordinal)
                    .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal)
                    .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
                Percentile(orders, o => o.Accepted, 0.50),
                Percentile(orders, o => o.Accepted, 0.99),
                Percentile(settled, o => o.Settled, 0.50),
                Percentile(settled, o => o.Settled, 0.99),
                took.TotalSeconds);
        }
    }

    /// <summary>The smallest value that at least this share of the orders does not exceed, in milliseconds.</summary>
    private static double Percentile(List<SettledOrder> orders, Func<SettledOrder, TimeSpan> of, double share)
    {
        var sorted = orders.Select(o => of(o).TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}

/// <param name="Unsettled">Orders without an outcome in the time allowed.</param>
internal sealed record SeedSummary(
    int Orders,
    int Unsettled,
    IReadOnlyDictionary<string, int> Outcomes,
    double AcceptedP50Ms,
    double AcceptedP99Ms,
    double SettledP50Ms,
    double SettledP99Ms,
    double Seconds);
