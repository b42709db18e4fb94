using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Orders;
using Kafkadog.Dashboard.Tests.Story;

namespace Kafkadog.Dashboard.Tests.Orders;

public sealed class OrdersViewTests
{
    private readonly Observed observed = new(new DashboardOptions(), OrderScript.Zero);
    private long offset;

    [Fact]
    public void Orders_are_newest_first_with_their_counts()
    {
        var first = Place(0, "user-001", "Laptop");
        var second = Place(10, "user-002", "Camera");
        Add(second, 500, nameof(OrderCompleted), new OrderCompleted(second, OrderScript.At(500)));

        var view = OrdersView.Of(observed, OrderScript.Now(1_000), new());

        Assert.Equal([second, first], view.Rows.Select(r => r.OrderId));
        Assert.Equal(new OrderCounts(2, 1, 1, 0, 0), view.Counts);
        Assert.Equal(TimeSpan.FromMilliseconds(490), view.Rows[0].Took);
        Assert.Equal(("Camera × 1", new Money(100)), (view.Rows[0].Items, view.Rows[0].Total!.Value));
    }

    [Fact]
    public void Looking_back_shows_them_as_they_were()
    {
        var order = Place(0, "user-001", "Laptop");
        Add(order, 500, nameof(OrderCompleted), new OrderCompleted(order, OrderScript.At(500)));
        Place(900, "user-001", "Laptop");

        var row = Assert.Single(OrdersView.Of(observed, new Moment(OrderScript.At(400), IsNow: false), new()).Rows);

        Assert.Equal((OrderStatus.Open, null), (row.Status, row.Took));
    }

    [Fact]
    public void Counts_are_of_what_the_rest_of_the_filter_leaves()
    {
        var first = Place(0, "user-001", "Laptop");
        Add(first, 5, nameof(OrderCancelled), new OrderCancelled(first, "no", OrderScript.At(5), CancelCodes.PaymentDeclined));
        Place(10, "user-002", "Camera");

        var view = OrdersView.Of(observed, OrderScript.Now(1_000), new(OrderStatus.Cancelled, "user-002"));

        Assert.Empty(view.Rows);
        Assert.Equal((2, new OrderCounts(1, 1, 0, 0, 0)), (view.Total, view.Counts));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("user-001", true)]
    [InlineData("USER-001 laptop", true)]
    [InlineData("product-1", true)]
    [InlineData("camera", false)]
    [InlineData("user-001 camera", false)]
    public void Text_finds_customers_and_products(string text, bool isFound)
    {
        Place(0, "user-001", "Laptop");

        Assert.Equal(isFound ? 1 : 0, OrdersView.Of(observed, OrderScript.Now(1), new(Text: text)).Rows.Count);
    }

    [Fact]
    public void Text_finds_part_of_an_id()
    {
        var order = Place(0, "user-001", "Laptop");

        Assert.Single(OrdersView.Of(observed, OrderScript.Now(1), new(Text: order.ToString()[..6])).Rows);
    }

    [Fact]
    public void Only_with_retries_leaves_the_others_out()
    {
        Place(0, "user-001", "Laptop");
        var retried = Place(5, "user-001", "Laptop");
        Add(retried, 6, nameof(OrderRetry), body: null);

        var view = OrdersView.Of(observed, OrderScript.Now(10), OrdersFilter.Of(null, null, true));

        Assert.Equal([(retried, 1)], view.Rows.Select(r => (r.OrderId, r.Retries)));
    }

    [Theory]
    [InlineData("open", OrderStatus.Open)]
    [InlineData("CANCELLED", OrderStatus.Cancelled)]
    [InlineData("77", null)]
    [InlineData("no such", null)]
    [InlineData(null, null)]
    public void Status_in_an_address_may_be_anything(string? text, OrderStatus? expected) => Assert.Equal(expected, OrdersFilter.Of(text, null, null).Status);

    [Fact]
    public void Same_orders_make_the_same_view()
    {
        Place(0, "user-001", "Laptop");

        Assert.Equal(OrdersView.Of(observed, OrderScript.Now(10), new()), OrdersView.Of(observed, OrderScript.Now(900), new()));
    }

    private Guid Place(double ms, string user, string product)
    {
        var id = Guid.NewGuid();
        Add(id, ms, nameof(OrderPlaced), new OrderPlaced(id, user, [new("product-1", 1, new(100), product)], new(100), OrderScript.At(ms)));
        return id;
    }

    private void Add(Guid order, double ms, string type, IShopEvent? body) => observed.Add(
        new(new(EventType.Find(type)!.Topic, 0), offset++, OrderScript.At(ms), order.ToString(), type, order, Guid.NewGuid(), null, null, 100, null), body, OrderScript.At(ms));
}
