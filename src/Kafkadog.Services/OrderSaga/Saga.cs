using Kafkadog.Contracts;

namespace Kafkadog.Services.OrderSaga;

/// <summary>
/// The saga's rules as two pure functions. <see cref="Apply"/> takes in one event; <see cref="Decide"/> says whether
/// the order's fate is now settled. Nothing here knows a clock, a database or Kafka, so every row of the
/// transition table is one line of a test.
/// </summary>
internal static class Saga
{
    /// <summary>One event's effect on the saga: the state after it, and a contradiction if it was one.</summary>
    internal readonly record struct Step(SagaState State, Contradiction? Contradiction = null);

    /// <summary>An event that cannot be true beside what is known. It goes to the dead letters; the state stays.</summary>
    internal sealed record Contradiction(string Code, string Reason);

    public static Step Apply(SagaState state, IOrderEvent received) => received switch
    {
        OrderPlaced e => OnPlaced(state, e),
        PaymentAuthorized e => OnAuthorized(state, e),
        PaymentDeclined e => OnDeclined(state, e),
        PaymentVoided e => OnGivenBack(state, e.VoidedPaymentId, e.Amount),
        PaymentRefunded e => OnRefunded(state, e),
        InventoryReserved => OnReserved(state),
        InventoryRejected e => OnRejected(state, e),
        InventoryReleased => OnReleased(state),
        _ => new(state),
    };

    /// <summary>The outcome that the state calls for, or null to go on waiting.</summary>
    /// <param name="deadlinePassed">
    /// True only for the deadline job. An event never times an order out by itself: after an outage of the saga the
    /// answers are in the log already, and reading the first of them must not cancel the order.
    /// </param>
    public static IOrderEvent? Decide(SagaState state, bool deadlinePassed, DateTimeOffset now)
    {
        if (state.Outcome != SagaOutcome.None || state.Placed is not { } order)
        {
            return null;
        }

        OrderCancelled Cancel(string code, string reason) => new(order.OrderId, reason, now, code);

        var declined = state.Payment == PaymentState.Declined;
        var rejected = state.Inventory == InventoryState.Rejected;
        if (declined && (!rejected || !RejectionCameFirst(state)))
        {
            return Cancel(CancelCodes.PaymentDeclined, state.DeclineReason ?? "The payment was declined.");
        }

        if (rejected)
        {
            return Cancel(CancelCodes.InventoryRejected, state.RejectReason ?? "The stock did not suffice.");
        }

        if (state is { Payment: PaymentState.Authorized, PaymentAmount: { } amount } && !amount.IsAbout(order.Total))
        {
            return Cancel(CancelCodes.AmountMismatch, $"{amount} was authorized for an order of {order.Total}.");
        }

        if (state is { Payment: PaymentState.Authorized, Inventory: InventoryState.Reserved })
        {
            return new OrderCompleted(order.OrderId, now, order.Total, order.Currency);
        }

        return deadlinePassed ? Cancel(CancelCodes.Timeout, "Not every answer arrived in time.") : null;
    }

    public static SagaState WithOutcome(SagaState state, IOrderEvent outcome) => outcome switch
    {
        OrderCancelled cancelled => state with { Outcome = SagaOutcome.Cancelled, Code = cancelled.Code },
        _ => state with { Outcome = SagaOutcome.Completed },
    };

    // Both refusals were buffered before the order itself arrived: the earlier one counts, its type breaks a tie.
    private static bool RejectionCameFirst(SagaState state) => state.RejectedAt <= state.DeclinedAt;

    private static Step OnPlaced(SagaState state, OrderPlaced e)
    {
        if (state.Placed is null)
        {
            return new(state with { Placed = e });
        }

        return e.HasSameContent(state.Placed)
            ? new(state)
            : Refuse(state, "ORDER_ID_REUSED", $"Order {e.OrderId} was placed before with other content.");
    }

    private static Step OnAuthorized(SagaState state, PaymentAuthorized e)
    {
        if (state.Payment == PaymentState.Declined)
        {
            return Contradicts(state, e);
        }

        if (state.PaymentId is { } known && known != e.PaymentId)
        {
            return Refuse(state, "DOUBLE_PAYMENT", $"Order {e.OrderId} was paid by {known} and now by {e.PaymentId}.");
        }

        return state.Payment == PaymentState.None
            ? new(state with { Payment = PaymentState.Authorized, PaymentId = e.PaymentId, PaymentAmount = e.Amount })
            : new(state);
    }

    private static Step OnDeclined(SagaState state, PaymentDeclined e) => state.Payment switch
    {
        PaymentState.None => new(state with { Payment = PaymentState.Declined, DeclineReason = e.Reason, DeclinedAt = e.Ts }),
        PaymentState.Declined => new(state),
        _ => Contradicts(state, e),
    };

    private static Step OnGivenBack(SagaState state, Guid paymentId, Money amount) => state switch
    {
        { Payment: PaymentState.Declined } or { Outcome: SagaOutcome.Completed } =>
            Refuse(state, "CONTRADICTION", $"A payment was given back although the order is {state.Status}."),
        { Payment: PaymentState.Voided } => new(state),
        _ => new(state with { Payment = PaymentState.Voided, PaymentId = paymentId, PaymentAmount = amount }),
    };

    // A completed order may be returned later; that is the payment's own business and no second outcome.
    private static Step OnRefunded(SagaState state, PaymentRefunded e) =>
        state.Outcome == SagaOutcome.Completed ? new(state) : OnGivenBack(state, e.RefundedPaymentId, e.Amount);

    private static Step OnReserved(SagaState state) => state.Inventory switch
    {
        InventoryState.None => new(state with { Inventory = InventoryState.Reserved }),
        InventoryState.Rejected => Refuse(state, "CONTRADICTION", "Stock was reserved after it had been refused."),
        _ => new(state),
    };

    private static Step OnRejected(SagaState state, InventoryRejected e) => state.Inventory switch
    {
        InventoryState.None => new(state with
        {
            Inventory = InventoryState.Rejected,
            RejectReason = e.Reason,
            RejectedAt = e.Ts,
        }),
        InventoryState.Rejected => new(state),
        _ => Contradicts(state, e),
    };

    private static Step OnReleased(SagaState state) => state switch
    {
        { Inventory: InventoryState.Rejected } or { Outcome: SagaOutcome.Completed } =>
            Refuse(state, "CONTRADICTION", $"Stock was released although the order is {state.Status}."),
        _ => new(state with { Inventory = InventoryState.Released }),
    };

    private static Step Contradicts(SagaState state, IOrderEvent e) =>
        Refuse(state, "CONTRADICTION", $"{EventType.Of(e)} does not fit payment {state.Payment} and inventory {state.Inventory}.");

    private static Step Refuse(SagaState state, string code, string reason) => new(state, new(code, reason));
}
