using Kafkadog.Contracts;

namespace Kafkadog.Services.Payment;

internal enum PaymentStatus
{
    Authorized,
    Declined,
    Voided,
    Captured,
    Refunded,

    /// <summary>The order was cancelled before it was paid: a payment that arrives later must not happen.</summary>
    Blocked,
}

/// <summary>One payment; the order's id is its key, so an order is paid at most once, for ever.</summary>
internal sealed record PaymentRow(Guid OrderId, PaymentStatus Status, Guid? PaymentId, Money Amount);

/// <summary>What the payment provider said.</summary>
/// <param name="Code">Null when authorized, else one of <see cref="PaymentDeclineCodes"/>.</param>
internal sealed record ProviderAnswer(string? Code = null, string? Reason = null);

/// <summary>The rules of the payment service: what is known, plus an event, gives what is known after it and what to publish.</summary>
internal static class Payments
{
    internal readonly record struct Step(PaymentRow? Row, IOrderEvent? Published = null);

    public static Step Decide(PaymentRow? known, IOrderEvent received, ProviderAnswer answer, DateTimeOffset now) =>
        (known?.Status, received) switch
        {
            (null, OrderPlaced e) => Pay(e, answer, now),
            (null, OrderCancelled e) => new(new(e.OrderId, PaymentStatus.Blocked, null, Money.Zero)),
            (PaymentStatus.Blocked, OrderPlaced e) => new(known, new PaymentDeclined(
                e.OrderId, "The order was cancelled before it was paid.", now, PaymentDeclineCodes.OrderAlreadyCancelled)),
            (PaymentStatus.Authorized, OrderCompleted) => new(known! with { Status = PaymentStatus.Captured }),
            (PaymentStatus.Authorized, OrderCancelled e) => new(
                known! with { Status = PaymentStatus.Voided },
                new PaymentVoided(e.OrderId, e.Reason, known.PaymentId!.Value, known.Amount, now)),
            (PaymentStatus.Captured, OrderCancelled { Code: CancelCodes.Customer } e) => new(
                known! with { Status = PaymentStatus.Refunded },
                new PaymentRefunded(
                    e.OrderId, e.Reason, known.PaymentId!.Value, EventIds.Named($"refund|{e.OrderId}"), known.Amount, now)),
            _ => new(known),
        };

    private static Step Pay(OrderPlaced order, ProviderAnswer answer, DateTimeOffset now)
    {
        if (answer.Code is { } code)
        {
            return new(
                new(order.OrderId, PaymentStatus.Declined, null, order.Total),
                new PaymentDeclined(order.OrderId, answer.Reason ?? code, now, code));
        }

        // Computed, not drawn: the same order paid again after a crash is the same payment.
        var paymentId = EventIds.Named($"payment|{order.OrderId}");
        return new(
            new(order.OrderId, PaymentStatus.Authorized, paymentId, order.Total),
            new PaymentAuthorized(order.OrderId, paymentId, order.Total, now, order.Currency, "card"));
    }
}
