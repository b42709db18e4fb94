namespace Kafkadog.Contracts;

/// <summary>Keyed by session, else by user, else without a key.</summary>
public sealed record PageView(
    string Page,
    DateTimeOffset Ts,
    string? UserId = null,
    string? SessionId = null,
    string? UserAgent = null,
    string? ProductId = null) : IShopEvent
{
    string? IShopEvent.Key => SessionId ?? UserId;

    public void Validate(Problems problems)
    {
        problems.Text(Page, "page");
        problems.Text(UserId, "userId");
        problems.Text(SessionId, "sessionId");
        problems.Text(ProductId, "productId");
        problems.Require(UserAgent?.Contains('\0') != true, "userAgent", "must not contain the character U+0000");
    }
}

/// <summary>Best sellers of one period, keyed by that period.</summary>
/// <param name="Top">Count descending, then revenue descending, then product id: a total order.</param>
/// <param name="Period">last_1h, last_24h, last_7d or last_30d.</param>
/// <param name="Revision">Grows with every snapshot of the same window.</param>
/// <param name="Final">True when the window is closed.</param>
/// <param name="Basis">Which orders count: <c>placed</c> or <c>completed</c>.</param>
public sealed record TopProductsUpdated(
    IReadOnlyList<TopProduct> Top,
    string Period,
    DateTimeOffset Ts,
    DateTimeOffset? WindowStart = null,
    DateTimeOffset? WindowEnd = null,
    int? Revision = null,
    bool? Final = null,
    string? Basis = null,
    int? TotalOrders = null,
    Money? TotalRevenue = null) : IShopEvent
{
    string IShopEvent.Key => Period;

    public void Validate(Problems problems)
    {
        problems.Text(Period, "period");
        for (var i = 0; i < Top.Count; i++)
        {
            if (Top[i] is not { } product)
            {
                problems.Add($"top[{i}]", "must be an object");
                continue;
            }

            problems.Text(product.ProductId, $"top[{i}].productId");
            problems.Require(product.Count >= 0, $"top[{i}].count", "must not be negative");
            problems.Positive(product.Revenue, $"top[{i}].revenue");
        }
    }
}

public sealed record TopProduct(string ProductId, int Count, Money Revenue);
