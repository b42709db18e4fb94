using Kafkadog.Contracts;
using Kafkadog.Dashboard.Analytics;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Analytics;

public sealed class AnalyticsViewTests
{
    /// <summary>Two seconds and a bit into a bucket: the one before it is complete.</summary>
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 14, 2, 12, 500, TimeSpan.Zero);

    private readonly Observed observed = new(new DashboardOptions(), Now);
    private long offset;

    private void Add(string topic, DateTimeOffset at, IShopEvent body, Guid? order = null) => observed.Add(
        new(new Place(topic, 0), offset++, at, order?.ToString(), body.GetType().Name, order, Guid.NewGuid(), null, null, 100, null), body, Now);

    private Guid PlaceOrder(DateTimeOffset at, decimal total)
    {
        var id = Guid.NewGuid();
        Add(Topics.Orders, at, new OrderPlaced(id, "user-001", [new("product-1", 1, Money.FromDecimal(total))], Money.FromDecimal(total), at), id);
        return id;
    }

    private AnalyticsView View(DateTimeOffset? at = null) => AnalyticsView.Of(observed, new(at ?? Now, IsNow: at is null));

    [Fact]
    public void Last_bucket_is_the_last_complete_one()
    {
        PlaceOrder(Now.AddSeconds(-4), 10);
        PlaceOrder(Now.AddSeconds(-1), 20);
        var last = View().Buckets[^1];

        Assert.Equal(new DateTimeOffset(2026, 3, 1, 14, 2, 10, TimeSpan.Zero), last.At);
        Assert.Equal((1, Money.FromDecimal(10)), (last.Orders, last.PlacedRevenue));
    }

    [Fact]
    public void Revenue_counts_when_placed_and_again_when_completed()
    {
        var order = PlaceOrder(Now.AddSeconds(-30), 99.90m);
        Add(Topics.Outcomes, Now.AddSeconds(-10), new OrderCompleted(order, Now.AddSeconds(-10)), order);
        var view = View();

        Assert.Equal(Money.FromDecimal(99.90m), view.Buckets[^3].PlacedRevenue);
        Assert.Equal(Money.FromDecimal(99.90m), view.Buckets[^1].CompletedRevenue);
        Assert.Equal(9990, view.Buckets.Sum(b => b.PlacedRevenue.Cents));
        Assert.Equal(1, view.Buckets.Sum(b => b.Completed));
    }

    [Fact]
    public void Page_views_are_counted_from_their_records()
    {
        Add(Topics.PageViews, Now.AddSeconds(-5), new PageView("/laptop", Now));
        Add(Topics.PageViews, Now.AddMinutes(-5), new PageView("/laptop", Now));
        Add(Topics.PageViews, Now.AddMinutes(-20), new PageView("/laptop", Now));

        Assert.Equal(2, View().Buckets.Sum(b => b.PageViews));
    }

    [Fact]
    public void Earlier_moment_shows_the_quarter_of_an_hour_before_it()
    {
        PlaceOrder(Now.AddSeconds(-4), 10);

        Assert.Equal(0, View(Now.AddMinutes(-1)).Buckets.Sum(b => b.Orders));
    }

    [Fact]
    public void Forgotten_orders_are_told()
    {
        var small = new Observed(new DashboardOptions { MaxOrders = 1 }, Now);
        foreach (var at in new[] { Now.AddSeconds(-60), Now.AddSeconds(-50) })
        {
            var id = Guid.NewGuid();
            small.Add(
                new(new Place(Topics.Orders, 0), offset++, at, null, nameof(OrderPlaced), id, null, null, null, 1, null),
                new OrderPlaced(id, "user-001", [], Money.Zero, at),
                Now);
        }

        Assert.Equal(Now.AddSeconds(-50), AnalyticsView.Of(small, new(Now, IsNow: true)).OrdersSince);
        Assert.Null(View().OrdersSince);
    }

    [Fact]
    public void Progress_is_that_of_the_analytics_group()
    {
        PlaceOrder(Now, 1);
        PlaceOrder(Now, 1);
        observed.Commits.Add(Groups.Analytics, new Place(Topics.Orders, 0), 1, Now);

        Assert.Equal((1, 1), (View().Progress.Committed, View().Progress.Lag));
    }

    [Fact]
    public void Nothing_new_in_the_next_second_is_an_equal_view() => Assert.Equal(View(), AnalyticsView.Of(observed, new(Now.AddSeconds(1), IsNow: true)));

    [Theory]
    [InlineData(null, null, "last_24h", "placed")]
    [InlineData("last_1h", "completed", "last_1h", "completed")]
    [InlineData("last_year", "<b>", "last_24h", "placed")]
    public void Address_says_what_is_asked(string? period, string? basis, string asked, string of) =>
        Assert.Equal($"/metrics/analytics?period={asked}&limit=10&basis={of}", AnalyticsQuestion.Of(period, basis).TopPath);
}
