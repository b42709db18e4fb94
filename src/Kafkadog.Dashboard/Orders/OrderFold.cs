using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Orders;

/// <summary>
/// What the records of an order up to a moment add up to. Each part takes the furthest state it has heard of, so the order in
/// which the topics are read does not matter.
/// </summary>
public sealed record OrderFold(
    PaymentStage Payment, InventoryStage Inventory, OrderStatus Status, int Retries, DateTimeOffset? PlacedAt, DateTimeOffset? OutcomeAt, string? WaitsFor)
{
    public static OrderFold Of(IEnumerable<ObservedRecord> records)
    {
        var payment = PaymentStage.Pending;
        var inventory = InventoryStage.Pending;
        string? outcome = null;
        var isDeadLettered = false;
        DateTimeOffset? placedAt = null, outcomeAt = null;
        var retries = 0;
        foreach (var record in records)
        {
            switch (record.Type)
            {
                case nameof(OrderPlaced):
                    placedAt ??= record.At;
                    break;
                case nameof(PaymentAuthorized) or nameof(PaymentDeclined) or nameof(PaymentVoided) or nameof(PaymentRefunded):
                    payment = Furthest(payment, record.Type);
                    break;
                case nameof(InventoryReserved) or nameof(InventoryRejected) or nameof(InventoryReleased):
                    inventory = Furthest(inventory, record.Type);
                    break;
                case nameof(OrderCompleted) or nameof(OrderCancelled):
                    outcome ??= record.Type;
                    outcomeAt ??= record.At;
                    break;
                case nameof(OrderRetry):
                    retries++;
                    break;
                case nameof(OrderDLQ):
                    isDeadLettered = true;
                    break;
            }
        }

        var status = outcome switch
        {
            nameof(OrderCompleted) => OrderStatus.Completed,
            nameof(OrderCancelled) => OrderStatus.Cancelled,
            _ => isDeadLettered ? OrderStatus.Failed : OrderStatus.Open,
        };
        return new(payment, inventory, status, retries, placedAt, outcomeAt, outcome is null ? Missing(payment, inventory) : null);
    }

    /// <summary>What an order without an outcome waits for, in words.</summary>
    private static string Missing(PaymentStage payment, InventoryStage inventory) => (payment, inventory) switch
    {
        (PaymentStage.Pending, InventoryStage.Pending) => "payment and inventory",
        (PaymentStage.Pending, _) => "payment",
        (_, InventoryStage.Pending) => "inventory",
        _ => "the saga",
    };

    private static PaymentStage Furthest(PaymentStage before, string type) => type switch
    {
        nameof(PaymentAuthorized) when before == PaymentStage.Pending => PaymentStage.Authorized,
        nameof(PaymentDeclined) when before == PaymentStage.Pending => PaymentStage.Declined,
        nameof(PaymentVoided) => PaymentStage.Voided,
        nameof(PaymentRefunded) => PaymentStage.Refunded,
        _ => before,
    };

    private static InventoryStage Furthest(InventoryStage before, string type) => type switch
    {
        nameof(InventoryReserved) when before == InventoryStage.Pending => InventoryStage.Reserved,
        nameof(InventoryRejected) when before == InventoryStage.Pending => InventoryStage.Rejected,
        nameof(InventoryReleased) => InventoryStage.Released,
        _ => before,
    };
}

public enum PaymentStage
{
    Pending,
    Authorized,
    Declined,
    Voided,
    Refunded,
}

public enum InventoryStage
{
    Pending,
    Reserved,
    Rejected,
    Released,
}
