using Kafkadog.Contracts;

namespace Kafkadog.Services.OrderSaga;

internal enum PaymentState
{
    None,
    Authorized,
    Declined,
    Voided,
}

internal enum InventoryState
{
    None,
    Reserved,
    Rejected,
    Released,
}

internal enum SagaOutcome
{
    None,
    Completed,
    Cancelled,
}

internal enum Compensation
{
    None,
    Pending,
    Done,
}

/// <summary>What the saga knows of one order. It starts with whichever event arrives first, not always with OrderPlaced.</summary>
internal sealed record SagaState(Guid OrderId, DateTimeOffset CreatedAt)
{
    /// <summary>The order itself; null while only answers to it have arrived.</summary>
    public OrderPlaced? Placed { get; init; }

    public Guid PlacedEventId { get; init; }

    public Guid CorrelationId { get; init; }

    public Guid TraceId { get; init; }

    public PaymentState Payment { get; init; }

    public Guid? PaymentId { get; init; }

    public Money? PaymentAmount { get; init; }

    public InventoryState Inventory { get; init; }

    public string? DeclineReason { get; init; }

    public DateTimeOffset? DeclinedAt { get; init; }

    public string? RejectReason { get; init; }

    public DateTimeOffset? RejectedAt { get; init; }

    public SagaOutcome Outcome { get; init; }

    /// <summary>Why the order was cancelled: one of <see cref="CancelCodes"/>.</summary>
    public string? Code { get; init; }

    /// <summary>When the order times out, counted from the saga's first sight of it.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; } = CreatedAt;

    /// <summary>Grows with each change; the last guard against two writers.</summary>
    public long Version { get; init; }

    /// <summary>Whether the participants still have to undo something. It follows from their answers alone.</summary>
    public Compensation Compensation => this switch
    {
        { Outcome: not SagaOutcome.Cancelled } => Compensation.None,
        { Payment: PaymentState.Authorized } or { Inventory: InventoryState.Reserved } => Compensation.Pending,
        { Payment: PaymentState.Voided } or { Inventory: InventoryState.Released } => Compensation.Done,
        _ => Compensation.None,
    };

    public string Status => this switch
    {
        { Outcome: SagaOutcome.Completed } => "COMPLETED",
        { Outcome: SagaOutcome.Cancelled } => "CANCELLED",
        { Payment: PaymentState.Declined } => "PAYMENT_DECLINED",
        { Payment: PaymentState.Authorized } => "PAYMENT_AUTHORIZED",
        { Inventory: InventoryState.Reserved } => "INVENTORY_RESERVED",
        _ => "PENDING",
    };
}
