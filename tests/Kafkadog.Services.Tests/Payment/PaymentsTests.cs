using Kafkadog.Contracts;
using Kafkadog.Services.Payment;

namespace Kafkadog.Services.Tests.Payment;

/// <summary>Rows P1 to P7.</summary>
public sealed class PaymentsTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Order = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    [Theory]
    [InlineData("P1", null, "placed", "Authorized", "PaymentAuthorized")]
    [InlineData("P1 declined", null, "placed-declined", "Declined", "PaymentDeclined CARD_DECLINED")]
    [InlineData("P2", "Authorized", "cancelled", "Voided", "PaymentVoided")]
    [InlineData("P3", "Authorized", "completed", "Captured", "")]
    [InlineData("P4", null, "cancelled", "Blocked", "")]
    [InlineData("P5", "Blocked", "placed", "Blocked", "PaymentDeclined ORDER_ALREADY_CANCELLED")]
    [InlineData("P6 voided", "Voided", "placed", "Voided", "")]
    [InlineData("P6 declined", "Declined", "cancelled", "Declined", "")]
    [InlineData("P6 captured", "Captured", "placed", "Captured", "")]
    [InlineData("P6 captured, cancelled", "Captured", "cancelled", "Captured", "")]
    [InlineData("P6 blocked twice", "Blocked", "cancelled", "Blocked", "")]
    [InlineData("authorized twice", "Authorized", "placed", "Authorized", "")]
    [InlineData("P7", "Captured", "returned", "Refunded", "PaymentRefunded")]
    [InlineData("refunded twice", "Refunded", "returned", "Refunded", "")]
    public void A_row_of_the_table_holds(string row, string? before, string received, string after, string published)
    {
        Assert.NotEmpty(row);
        var known = before is null
            ? null
            : new PaymentRow(Order, Enum.Parse<PaymentStatus>(before), Guid.Parse("00000000-0000-4000-8000-0000000000aa"), new(1000));
        var answer = received == "placed-declined" ? new ProviderAnswer(PaymentDeclineCodes.CardDeclined, "no") : new();
        IOrderEvent e = received switch
        {
            "cancelled" => new OrderCancelled(Order, "x", Now, CancelCodes.Timeout),
            "returned" => new OrderCancelled(Order, "x", Now, CancelCodes.Customer),
            "completed" => new OrderCompleted(Order, Now),
            _ => new OrderPlaced(Order, "user-001", [new("product-1", 1, new(1000))], new(1000), Now),
        };

        var (end, effect) = Payments.Decide(known, e, answer, Now);

        Assert.Equal(after, end!.Status.ToString());
        Assert.Equal(published, effect switch
        {
            null => "",
            PaymentDeclined d => "PaymentDeclined " + d.Code,
            _ => EventType.Of(effect).Name,
        });
    }

    [Fact]
    public void An_order_paid_again_after_a_crash_is_the_same_payment()
    {
        var order = new OrderPlaced(Order, "user-001", [new("product-1", 1, new(1000))], new(1000), Now);

        Assert.Equal(
            Payments.Decide(null, order, new(), Now).Published,
            Payments.Decide(null, order, new(), Now).Published);
    }
}
