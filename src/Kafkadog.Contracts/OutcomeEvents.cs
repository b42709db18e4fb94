namespace Kafkadog.Contracts;

/// <summary>Payment and stock are both there. Published by the order saga alone, once per order.</summary>
public sealed record OrderCompleted(
    Guid OrderId,
    DateTimeOffset Ts,
    Money? Total = null,
    string? Currency = null) : IOrderEvent
{
    public void Validate(Problems problems)
    {
        if (Total is { } total)
        {
            problems.Positive(total, "total");
        }
    }
}

/// <summary>The order will not happen; whoever did something for it undoes that now.</summary>
/// <param name="Code">One of <see cref="CancelCodes"/>; absent in records of the original demo.</param>
public sealed record OrderCancelled(Guid OrderId, string Reason, DateTimeOffset Ts, string? Code = null) : IOrderEvent
{
    public void Validate(Problems problems) => problems.Text(Reason, "reason");
}

public static class CancelCodes
{
    public const string PaymentDeclined = "PAYMENT_DECLINED";
    public const string InventoryRejected = "INVENTORY_REJECTED";
    public const string Timeout = "TIMEOUT";
    public const string AmountMismatch = "AMOUNT_MISMATCH";
    public const string Customer = "CUSTOMER";
}
