using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Orders;

/// <summary>
/// How the parts of an order look. Refused and cancelled are correct results of the business: they are neutral and have a sign of
/// their own; only what failed is red.
/// </summary>
public sealed record OrderLook(ChipKind Kind, string Word, string? Sign, string Title)
{
    internal const string Refused = "⊘";
    internal const string GivenBack = "↩";

    public static OrderLook Of(OrderStatus status) => status switch
    {
        OrderStatus.Completed => new(ChipKind.Ok, "completed", null, "Paid and in stock: OrderCompleted was written"),
        OrderStatus.Cancelled => new(ChipKind.Mute, "cancelled", Refused, "A correct result: OrderCancelled was written, and what was done for it is undone"),
        OrderStatus.Failed => new(ChipKind.Bad, "failed", null, "A service gave up on one of its events, and there is no outcome"),
        _ => new(ChipKind.Work, "open", null, "No outcome yet"),
    };

    public static OrderLook Of(PaymentStage payment) => payment switch
    {
        PaymentStage.Authorized => new(ChipKind.Ok, "authorized", null, "PaymentAuthorized"),
        PaymentStage.Declined => new(ChipKind.Mute, "declined", Refused, "PaymentDeclined: an answer, not an error"),
        PaymentStage.Voided => new(ChipKind.Mute, "voided", GivenBack, "PaymentVoided: authorized, then given back"),
        PaymentStage.Refunded => new(ChipKind.Mute, "refunded", GivenBack, "PaymentRefunded: paid, then given back"),
        _ => new(ChipKind.Work, "pending", null, "No answer of the payment yet"),
    };

    public static OrderLook Of(InventoryStage inventory) => inventory switch
    {
        InventoryStage.Reserved => new(ChipKind.Ok, "reserved", null, "InventoryReserved"),
        InventoryStage.Rejected => new(ChipKind.Mute, "rejected", Refused, "InventoryRejected: an answer, not an error"),
        InventoryStage.Released => new(ChipKind.Mute, "released", GivenBack, "InventoryReleased: reserved, then given back"),
        _ => new(ChipKind.Work, "pending", null, "No answer of the inventory yet"),
    };
}
