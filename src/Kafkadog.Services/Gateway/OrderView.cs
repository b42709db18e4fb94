using Kafkadog.Contracts;

namespace Kafkadog.Services.Gateway;

/// <summary>
/// One order as customers see it: the fold of its events. Each field takes the furthest state it has heard of, so the
/// order in which the topics are read does not matter.
/// </summary>
internal sealed record OrderView(Guid OrderId, DateTimeOffset CreatedAt)
{
    public const string Completed = "COMPLETED";

    /// <summary>The order itself: null while only answers to it have arrived, and where nobody asked for it.</summary>
    public OrderPlaced? Placed { get; init; }

    public bool IsPlaced { get; init; }

    public string PaymentStatus { get; init; } = "PENDING";

    public string InventoryStatus { get; init; } = "PENDING";

    /// <summary>COMPLETED or CANCELLED, once there is an outcome.</summary>
    public string? Outcome { get; init; }

    public string? Code { get; init; }

    /// <summary>Some service gave up on one of its events.</summary>
    public bool IsDeadLettered { get; init; }

    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    public string Status => this switch
    {
        { Outcome: { } outcome } => outcome,
        { IsDeadLettered: true } => "FAILED",
        { PaymentStatus: "DECLINED" } => "PAYMENT_DECLINED",
        { PaymentStatus: "AUTHORIZED" } => "PAYMENT_AUTHORIZED",
        { InventoryStatus: "RESERVED" } => "INVENTORY_RESERVED",
        _ => "PENDING",
    };

    public static IReadOnlyList<string> Statuses { get; } =
        ["PENDING", "PAYMENT_AUTHORIZED", "PAYMENT_DECLINED", "INVENTORY_RESERVED", Completed, "CANCELLED", "FAILED"];

    public OrderView Fold(IShopEvent body)
    {
        var next = body switch
        {
            OrderPlaced e when !IsPlaced => this with { Placed = e, IsPlaced = true, CreatedAt = e.Ts },
            PaymentAuthorized when PaymentStatus == "PENDING" => this with { PaymentStatus = "AUTHORIZED" },
            PaymentDeclined when PaymentStatus == "PENDING" => this with { PaymentStatus = "DECLINED" },
            PaymentVoided => this with { PaymentStatus = "VOIDED" },
            PaymentRefunded => this with { PaymentStatus = "REFUNDED" },
            InventoryReserved when InventoryStatus == "PENDING" => this with { InventoryStatus = "RESERVED" },
            InventoryRejected when InventoryStatus == "PENDING" => this with { InventoryStatus = "REJECTED" },
            InventoryReleased => this with { InventoryStatus = "RELEASED" },
            OrderCompleted when Outcome is null => this with { Outcome = Completed },
            OrderCancelled e when Outcome is null => this with { Outcome = "CANCELLED", Code = e.Code },
            OrderDLQ => this with { IsDeadLettered = true },
            _ => this,
        };
        return next == this || body.Ts <= next.UpdatedAt ? next : next with { UpdatedAt = body.Ts };
    }
}
