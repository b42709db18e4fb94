using Kafkadog.Contracts;

namespace Kafkadog.Services.Notification;

/// <summary>One message to a customer. An order gets at most one of each kind.</summary>
/// <param name="Kind">order-completed or order-cancelled.</param>
internal sealed record Email(Guid EmailId, Guid OrderId, string Kind, string To, string Subject, string Body)
{
    /// <returns>null for an event nobody is told about.</returns>
    public static Email? For(object body) => body switch
    {
        OrderCompleted e => New(
            e.OrderId,
            "order-completed",
            "Your order is on its way",
            e.Total is { } total ? $"Order {e.OrderId} over {total} {e.Currency ?? "USD"} is complete." : $"Order {e.OrderId} is complete."),
        OrderCancelled e => New(
            e.OrderId, "order-cancelled", "Your order was cancelled", $"Order {e.OrderId} was cancelled: {e.Reason}"),
        _ => null,
    };

    private static Email New(Guid orderId, string kind, string subject, string body) =>
        new(EventIds.Named($"email|{orderId}|{kind}"), orderId, kind, $"customer-of-{orderId}@shop.example", subject, body);
}
