using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Analytics;

/// <summary>
/// Counts by minute (later by hour), product and basis. Addition is commutative, so neither the order of events nor
/// the number of instances matters.
/// </summary>
internal static class AnalyticsStore
{
    public const string Placed = "placed";
    public const string Completed = "completed";

    public static string Schema(SqlDialect dialect) => $"""
        CREATE TABLE IF NOT EXISTS product_sales (
            basis TEXT NOT NULL,
            bucket BIGINT NOT NULL,
            product_id TEXT NOT NULL,
            pieces BIGINT NOT NULL,
            revenue BIGINT NOT NULL,
            PRIMARY KEY (basis, bucket, product_id)){dialect.Clustered()};
        CREATE TABLE IF NOT EXISTS order_sales (
            basis TEXT NOT NULL,
            bucket BIGINT NOT NULL,
            orders BIGINT NOT NULL,
            revenue BIGINT NOT NULL,
            PRIMARY KEY (basis, bucket)){dialect.Clustered()};
        CREATE TABLE IF NOT EXISTS page_views (
            bucket BIGINT NOT NULL,
            page TEXT NOT NULL,
            views BIGINT NOT NULL,
            PRIMARY KEY (bucket, page));
        CREATE TABLE IF NOT EXISTS products (
            product_id TEXT PRIMARY KEY,
            pieces BIGINT NOT NULL,
            revenue BIGINT NOT NULL,
            last_updated BIGINT NOT NULL);
        CREATE TABLE IF NOT EXISTS open_orders (
            order_id TEXT PRIMARY KEY,
            placed TEXT,
            completed_bucket BIGINT,
            counted BIGINT NOT NULL,
            seen_at BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS open_orders_by_age ON open_orders (seen_at);
        CREATE TABLE IF NOT EXISTS snapshots (
            period TEXT PRIMARY KEY,
            revision BIGINT NOT NULL,
            content TEXT NOT NULL,
            published_at BIGINT NOT NULL);
        """;

    public static void Count(IUnitOfWork work, string basis, long bucket, OrderPlaced order)
    {
        foreach (var line in order.Items)
        {
            work.Execute(
                """
                INSERT INTO product_sales (basis, bucket, product_id, pieces, revenue)
                VALUES (@basis, @bucket, @product, @pieces, @revenue)
                ON CONFLICT (basis, bucket, product_id) DO UPDATE SET
                    pieces = product_sales.pieces + excluded.pieces, revenue = product_sales.revenue + excluded.revenue
                """,
                ("basis", basis),
                ("bucket", bucket),
                ("product", line.ProductId),
                ("pieces", line.Quantity),
                ("revenue", (line.Price * line.Quantity).Cents));
        }

        work.Execute(
            """
            INSERT INTO order_sales (basis, bucket, orders, revenue) VALUES (@basis, @bucket, 1, @revenue)
            ON CONFLICT (basis, bucket) DO UPDATE SET orders = order_sales.orders + 1, revenue = order_sales.revenue + excluded.revenue
            """,
            ("basis", basis),
            ("bucket", bucket),
            ("revenue", order.Total.Cents));
    }

    /// <summary>All-time numbers of a product, for <c>/metrics/products</c>.</summary>
    public static void CountProduct(IUnitOfWork work, OrderLine line, DateTimeOffset at) => work.Execute(
        """
        INSERT INTO products (product_id, pieces, revenue, last_updated) VALUES (@product, @pieces, @revenue, @at)
        ON CONFLICT (product_id) DO UPDATE SET
            pieces = products.pieces + excluded.pieces,
            revenue = products.revenue + excluded.revenue,
            last_updated = CASE WHEN excluded.last_updated > products.last_updated THEN excluded.last_updated ELSE products.last_updated END
        """,
        ("product", line.ProductId),
        ("pieces", line.Quantity),
        ("revenue", (line.Price * line.Quantity).Cents),
        ("at", at));

    public static void CountView(IUnitOfWork work, long bucket, string page) => work.Execute(
        """
        INSERT INTO page_views (bucket, page, views) VALUES (@bucket, @page, 1)
        ON CONFLICT (bucket, page) DO UPDATE SET views = page_views.views + 1
        """,
        ("bucket", bucket),
        ("page", page));

    /// <summary>Sums minutes that are older than a day into hours, and forgets what no period reaches any more.</summary>
    public static int RollUp(IUnitOfWork work)
    {
        var now = work.Now.ToUnixTimeMilliseconds();
        var minutesBefore = Periods.Hour(now - (long)Periods.MinutesKept.TotalMilliseconds);
        var hoursBefore = Periods.Hour(now - (long)Periods.HoursKept.TotalMilliseconds);
        (string, object?)[] minutes = [("before", minutesBefore)];

        work.Execute(
            """
            INSERT INTO product_sales (basis, bucket, product_id, pieces, revenue)
            SELECT basis, bucket - bucket % 3600000, product_id, SUM(pieces), SUM(revenue) FROM product_sales
            WHERE bucket < @before AND bucket % 3600000 <> 0 GROUP BY basis, bucket - bucket % 3600000, product_id
            ON CONFLICT (basis, bucket, product_id) DO UPDATE SET
                pieces = product_sales.pieces + excluded.pieces, revenue = product_sales.revenue + excluded.revenue
            """,
            minutes);
        var gone = work.Execute("DELETE FROM product_sales WHERE bucket < @before AND bucket % 3600000 <> 0", minutes);
        work.Execute(
            """
            INSERT INTO order_sales (basis, bucket, orders, revenue)
            SELECT basis, bucket - bucket % 3600000, SUM(orders), SUM(revenue) FROM order_sales
            WHERE bucket < @before AND bucket % 3600000 <> 0 GROUP BY basis, bucket - bucket % 3600000
            ON CONFLICT (basis, bucket) DO UPDATE SET
                orders = order_sales.orders + excluded.orders, revenue = order_sales.revenue + excluded.revenue
            """,
            minutes);
        gone += work.Execute("DELETE FROM order_sales WHERE bucket < @before AND bucket % 3600000 <> 0", minutes);
        work.Execute(
            """
            INSERT INTO page_views (bucket, page, views)
            SELECT bucket - bucket % 3600000, page, SUM(views) FROM page_views
            WHERE bucket < @before AND bucket % 3600000 <> 0 GROUP BY bucket - bucket % 3600000, page
            ON CONFLICT (bucket, page) DO UPDATE SET views = page_views.views + excluded.views
            """,
            minutes);
        gone += work.Execute("DELETE FROM page_views WHERE bucket < @before AND bucket % 3600000 <> 0", minutes);

        foreach (var table in (ReadOnlySpan<string>)["product_sales", "order_sales", "page_views"])
        {
            gone += work.Execute($"DELETE FROM {table} WHERE bucket < @before", ("before", hoursBefore));
        }

        return gone + work.Execute("DELETE FROM open_orders WHERE seen_at < @before", ("before", hoursBefore));
    }
}
