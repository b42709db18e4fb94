using Kafkadog.Contracts;
using Kafkadog.Services.Inventory;

namespace Kafkadog.Services.Tests.Inventory;

/// <summary>Rows I1 to I6.</summary>
public sealed class ReservationsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Order = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    [Theory]
    [InlineData("I1", null, "placed", 3, "Reserved", "InventoryReserved", "-3 +3 +0")]
    [InlineData("I1 short", null, "placed", 2, "Rejected", "InventoryRejected OUT_OF_STOCK", "")]
    [InlineData("I1 unknown", null, "placed", -1, "Rejected", "InventoryRejected UNKNOWN_PRODUCT", "")]
    [InlineData("I2", "Reserved", "cancelled", 0, "Released", "InventoryReleased", "+3 -3 +0")]
    [InlineData("I3", "Reserved", "completed", 0, "Committed", "", "+0 -3 +3")]
    [InlineData("I4", null, "cancelled", 0, "Blocked", "", "")]
    [InlineData("I5", "Blocked", "placed", 9, "Blocked", "InventoryRejected ORDER_ALREADY_CANCELLED", "")]
    [InlineData("I6 released", "Released", "cancelled", 9, "Released", "", "")]
    [InlineData("I6 released, placed", "Released", "placed", 9, "Released", "", "")]
    [InlineData("I6 rejected", "Rejected", "cancelled", 9, "Rejected", "", "")]
    [InlineData("I6 committed", "Committed", "completed", 9, "Committed", "", "")]
    [InlineData("reserved twice", "Reserved", "placed", 9, "Reserved", "", "")]
    public void A_row_of_the_table_holds(
        string row, string? before, string received, int stock, string after, string published, string change)
    {
        Assert.NotEmpty(row);
        var known = before is null
            ? null
            : new ReservationRow(Order, Enum.Parse<ReservationStatus>(before), [new("product-1", 3)]);
        IOrderEvent e = received switch
        {
            "cancelled" => new OrderCancelled(Order, "x", Now, CancelCodes.Timeout),
            "completed" => new OrderCompleted(Order, Now),

            // Two lines of one product: together they are three.
            _ => Placed(("product-1", 1), ("product-1", 2)),
        };
        Dictionary<string, int> available = stock < 0 ? [] : new(StringComparer.Ordinal) { ["product-1"] = stock };

        var (end, effect, changes) = Reservations.Decide(known, e, available, Now);

        Assert.Equal(after, end!.Status.ToString());
        Assert.Equal(published, effect switch
        {
            null => "",
            InventoryRejected r => "InventoryRejected " + r.Code,
            _ => EventType.Of(effect).Name,
        });
        Assert.Equal(change, string.Join(';', (changes ?? []).Select(c => $"{c.Available:+0;-0;+0} {c.Reserved:+0;-0;+0} {c.Committed:+0;-0;+0}")));
    }

    [Fact]
    public void A_rejection_lists_what_was_short_and_takes_nothing()
    {
        var available = new Dictionary<string, int>(StringComparer.Ordinal) { ["product-1"] = 10, ["product-2"] = 1 };

        var (_, effect, changes) = Reservations.Decide(null, Placed(("product-2", 2), ("product-1", 1)), available, Now);

        var rejected = Assert.IsType<InventoryRejected>(effect);
        Assert.Equal([new ShortLine("product-2", 2, 1)], rejected.Items);
        Assert.Null(changes);
    }

    [Fact]
    public void Lines_are_summed_and_locked_in_the_order_of_product_ids() => Assert.Equal(
        [new StockLine("product-1", 5), new("product-2", 1)],
        Reservations.Lines(Placed(("product-2", 1), ("product-1", 2), ("product-1", 3))));

    private static OrderPlaced Placed(params (string Product, int Quantity)[] lines) => new(
        Order,
        "user-001",
        [.. lines.Select(l => new OrderLine(l.Product, l.Quantity, new(100)))],
        new(100 * lines.Sum(l => l.Quantity)),
        Now);
}
