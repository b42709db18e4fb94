using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Http;

namespace Kafkadog.Services.Analytics;

internal static class AnalyticsApi
{
    public static async Task<IResult> TopAsync(
        IDatabase database,
        TimeProvider time,
        CancellationToken cancellationToken,
        string period = Periods.Default,
        int limit = 10,
        string basis = AnalyticsStore.Placed)
    {
        if (!Periods.TryFind(period, out var length))
        {
            return UnknownPeriod();
        }

        if (limit is < 1 or > 100)
        {
            return ProblemAnswers.Problem(400, "limit is out of range.", "Use a limit from 1 to 100.");
        }

        if (basis is not (AnalyticsStore.Placed or AnalyticsStore.Completed))
        {
            return ProblemAnswers.Problem(400, "basis is unknown.", "Use placed or completed.");
        }

        var now = time.GetUtcNow();
        var top = await TopProducts.ReadAsync(database, length, basis, limit, now, cancellationToken);
        return TypedResults.Ok(new TopAnswer(
            top.Products, period, now, top.TotalOrders, top.TotalRevenue, basis, await ViewsAsync(database, now - length, cancellationToken)));
    }

    public static async Task<IResult> ProductsAsync(IDatabase database, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync(
            "SELECT product_id, pieces, revenue, last_updated FROM products ORDER BY product_id LIMIT 10000",
            r => KeyValuePair.Create(r.GetString(0), new ProductAnswer(r.GetInt64(1), new(r.GetInt64(2)), r.Time(3))),
            [],
            cancellationToken);
        return TypedResults.Ok(new Dictionary<string, ProductAnswer>(rows, StringComparer.Ordinal));
    }

    public static async Task<IResult> PageViewsAsync(
        IDatabase database, TimeProvider time, CancellationToken cancellationToken, string period = Periods.Default)
    {
        if (!Periods.TryFind(period, out var length))
        {
            return UnknownPeriod();
        }

        var now = time.GetUtcNow();
        var pages = await database.QueryAsync(
            "SELECT page, SUM(views) AS total FROM page_views WHERE bucket >= @from GROUP BY page ORDER BY total DESC, page LIMIT 100",
            r => new PageAnswer(r.GetString(0), r.GetInt64(1)),
            [("from", Periods.Minute(now - length))],
            cancellationToken);
        return TypedResults.Ok(new PagesAnswer(pages, await ViewsAsync(database, now - length, cancellationToken), period, now));
    }

    public static async Task<IResult> LastSnapshotAsync(Snapshots snapshots, CancellationToken cancellationToken) =>
        TypedResults.Ok(await snapshots.LastAsync(cancellationToken));

    public static async Task<IResult> PublishSnapshotAsync(Snapshots snapshots, CancellationToken cancellationToken) =>
        TypedResults.Ok(await snapshots.PublishAsync(evenIfUnchanged: true, cancellationToken));

    private static async Task<long> ViewsAsync(IDatabase database, DateTimeOffset from, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            "SELECT COALESCE(SUM(views), 0) FROM page_views WHERE bucket >= @from",
            r => r.GetInt64(0),
            [("from", Periods.Minute(from))],
            cancellationToken))[0];

    private static IResult UnknownPeriod() => ProblemAnswers.Problem(
        400, "period is unknown.", $"Use one of {string.Join(", ", Periods.All.Keys)}.");

    private sealed record TopAnswer(
        IReadOnlyList<TopProduct> TopProducts,
        string Period,
        DateTimeOffset GeneratedAt,
        long TotalOrders,
        Money TotalRevenue,
        string Basis,
        long PageViews);

    private sealed record ProductAnswer(long Count, Money Revenue, DateTimeOffset LastUpdated);

    private sealed record PageAnswer(string Page, long Views);

    private sealed record PagesAnswer(IReadOnlyList<PageAnswer> Pages, long Total, string Period, DateTimeOffset GeneratedAt);
}
