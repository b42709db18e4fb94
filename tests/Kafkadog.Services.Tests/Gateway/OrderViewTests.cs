using CsCheck;
using Kafkadog.Contracts;
using Kafkadog.Services.Gateway;

namespace Kafkadog.Services.Tests.Gateway;

public sealed class OrderViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Order = Guid.Parse("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    private static readonly IShopEvent Placed = new OrderPlaced(Order, "user-001", [new("product-1", 1, new(100))], new(100), Now);
    private static readonly IShopEvent Authorized = new PaymentAuthorized(Order, Guid.NewGuid(), new(100), Now);
    private static readonly IShopEvent Voided = new PaymentVoided(Order, "x", Guid.NewGuid(), new(100), Now);
    private static readonly IShopEvent Reserved = new InventoryReserved(Order, [new("product-1", 1, Now)], Now);
    private static readonly IShopEvent Released = new InventoryReleased(Order, [new("product-1", 1, Now)], Now);
    private static readonly IShopEvent Cancelled = new OrderCancelled(Order, "x", Now, CancelCodes.Timeout);

    [Fact]
    public void The_topics_may_be_read_in_any_order()
    {
        IShopEvent[] events = [Placed, Authorized, Reserved, Cancelled, Voided, Released];
        var expected = events.Aggregate(new OrderView(Order, Now), (v, e) => v.Fold(e));
        Assert.Equal(("CANCELLED", "VOIDED", "RELEASED"), (expected.Status, expected.PaymentStatus, expected.InventoryStatus));

        Gen.Shuffle(events).Sample(order => Assert.Equal(expected, order.Aggregate(new OrderView(Order, Now), (v, e) => v.Fold(e))));
    }

    [Theory]
    [InlineData("P", "PENDING")]
    [InlineData("PA", "PAYMENT_AUTHORIZED")]
    [InlineData("PR", "INVENTORY_RESERVED")]
    [InlineData("PARC", "COMPLETED")]
    [InlineData("PAX", "CANCELLED")]
    [InlineData("PF", "FAILED")]
    [InlineData("PFARC", "COMPLETED")]
    public void The_status_is_what_customers_expect(string events, string status)
    {
        var view = events.Aggregate(new OrderView(Order, Now), (v, e) => v.Fold(e switch
        {
            'P' => Placed,
            'A' => Authorized,
            'R' => Reserved,
            'C' => new OrderCompleted(Order, Now),
            'X' => Cancelled,
            _ => new OrderDLQ(RawJson.Null, 5, "x", Now, Now),
        }));

        Assert.Equal(status, view.Status);
    }
}
