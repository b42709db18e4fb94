using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Analytics;

/// <summary><c>GET /metrics/analytics</c> of analytics-service.</summary>
public sealed record TopAnswer(IReadOnlyList<TopProduct> TopProducts, DateTimeOffset GeneratedAt, long TotalOrders, Money TotalRevenue, long PageViews)
{
    public Money? AverageOrder => TotalOrders == 0 ? null : new Money(TotalRevenue.Cents / TotalOrders);
}

/// <summary><c>GET /metrics/pageviews</c>: the hundred pages that were looked at most.</summary>
public sealed record PagesAnswer(IReadOnlyList<PageCount> Pages, long Total);

public sealed record PageCount(string Page, long Views);

/// <summary>One product of <c>GET /metrics/products</c>: since the beginning, by what was placed.</summary>
public sealed record ProductTotal(long Count, Money Revenue, DateTimeOffset LastUpdated);
