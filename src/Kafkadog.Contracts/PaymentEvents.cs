namespace Kafkadog.Contracts;

public sealed record PaymentAuthorized(
    Guid OrderId,
    Guid PaymentId,
    Money Amount,
    DateTimeOffset Ts,
    string? Currency = null,
    string? Method = null) : IOrderEvent
{
    public void Validate(Problems problems) => problems.Positive(Amount, "amount");
}

/// <summary>A result, not an error: it is never retried.</summary>
/// <param name="Code">One of <see cref="PaymentDeclineCodes"/>; absent in records of the original demo.</param>
public sealed record PaymentDeclined(Guid OrderId, string Reason, DateTimeOffset Ts, string? Code = null) : IOrderEvent
{
    public void Validate(Problems problems) => problems.Text(Reason, "reason");
}

/// <summary>
/// An authorization given back before capture. It has no <c>paymentId</c>: readers that guess a type by its shape
/// must take it for a decline, never for an authorization.
/// </summary>
public sealed record PaymentVoided(Guid OrderId, string Reason, Guid VoidedPaymentId, Money Amount, DateTimeOffset Ts)
    : IOrderEvent
{
    public void Validate(Problems problems)
    {
        problems.Text(Reason, "reason");
        problems.Positive(Amount, "amount");
    }
}

/// <summary>Money given back after capture; no <c>paymentId</c> for the reason given at <see cref="PaymentVoided"/>.</summary>
public sealed record PaymentRefunded(
    Guid OrderId,
    string Reason,
    Guid RefundedPaymentId,
    Guid RefundId,
    Money Amount,
    DateTimeOffset Ts) : IOrderEvent
{
    public void Validate(Problems problems)
    {
        problems.Text(Reason, "reason");
        problems.Positive(Amount, "amount");
    }
}

public static class PaymentDeclineCodes
{
    public const string CardDeclined = "CARD_DECLINED";
    public const string ProviderError = "PROVIDER_ERROR";
    public const string OrderAlreadyCancelled = "ORDER_ALREADY_CANCELLED";
}
