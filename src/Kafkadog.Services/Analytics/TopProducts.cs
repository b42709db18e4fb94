using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Analytics;

/// <summary>Best sellers and totals of one period, read from the buckets.</summary>
internal sealed record TopProducts(
    IReadOnlyList<TopProduct> Products, long TotalOrders, Money TotalRevenue, DateTimeOffset From, DateTimeOffset To)
{
    public static async Task<TopProducts> ReadAsync(
        IDatabase database, TimeSpan period, string basis, int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var from = Periods.Minute(now - period);
        (string, object?)[] values = [("basis", basis), ("from", from)];
        var totals = await database.QueryAsync(
            "SELECT COALESCE(SUM(orders), 0), COALESCE(SUM(revenue), 0) FROM order_sales WHERE basis = @basis AND bucket >= @from",
            r => (Orders: r.GetInt64(0), Revenue: new Money(r.GetInt64(1))),
            values,
            cancellationToken);
        var products = await database.QueryAsync(
            """
            SELECT product_id, SUM(pieces) AS pieces, SUM(revenue) AS revenue FROM product_sales
            WHERE basis = @basis AND bucket >= @from
            GROUP BY product_id ORDER BY pieces DESC, revenue DESC, product_id LIMIT @limit
            """,
            r => new TopProduct(
                r.GetString(0),
                (int)Math.Min(int.MaxValue, r.GetInt64(1)),
                new(r.GetInt64(2))),
            [.. values, ("limit", limit)],
            cancellationToken);
        return new(products, totals[0].Orders, totals[0].Revenue, DateTimeOffset.FromUnixTimeMilliseconds(from), now);
    }
}
