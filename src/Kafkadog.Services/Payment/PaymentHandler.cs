using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Messaging.Faults;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Payment;

/// <summary>Asks the provider outside the transaction; records its answer and publishes it inside.</summary>
internal sealed class PaymentHandler(LiveSettings<PaymentOptions> settings, FaultRegistry faults, TimeProvider time) : IEventHandler
{
    /// <summary>The fault that declines the next payments.</summary>
    public const string DeclineMode = "decline";

    public static string Schema(SqlDialect dialect) => $"""
        CREATE TABLE IF NOT EXISTS payments (
            order_id TEXT PRIMARY KEY,
            status TEXT NOT NULL,
            payment_id TEXT,
            amount BIGINT NOT NULL,
            updated_at BIGINT NOT NULL){dialect.Clustered()};
        """;

    public async ValueTask<object?> PrepareAsync(InboundEvent received, int attempt, CancellationToken cancellationToken)
    {
        if (received.Body is not OrderPlaced order)
        {
            return null;
        }

        var provider = settings.Current;
        await provider.RunAsync(order.OrderId, attempt, time, cancellationToken);

        if (faults.TakeSwitch(DeclineMode, received) is { } because)
        {
            return new ProviderAnswer(PaymentDeclineCodes.CardDeclined, $"The card was declined ({because}).");
        }

        // Drawn without the attempt: asked again, the provider gives the same answer.
        return SeededDraw.Next(provider.Seed, order.OrderId, attempt: 0, purpose: 3) < provider.DeclineRate
            ? new ProviderAnswer(PaymentDeclineCodes.CardDeclined, "The card was declined.")
            : new ProviderAnswer();
    }

    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        if (received.Body is not IOrderEvent order)
        {
            return HandleResult.Done;
        }

        var known = Find(work, order.OrderId);
        var step = Payments.Decide(known, order, prepared as ProviderAnswer ?? new(), work.Now);
        if (step.Row is { } row && row != known)
        {
            Save(work, row, isNew: known is null);
        }

        if (step.Published is { } published)
        {
            work.Publish(ServiceIdentity.Payment, published, received);
        }

        return HandleResult.Done;
    }

    private static PaymentRow? Find(IUnitOfWork work, Guid orderId) => work.First(
        "SELECT status, payment_id, amount FROM payments WHERE order_id = @id" + work.ForUpdate(),
        r => new PaymentRow(
            orderId,
            Enum.Parse<PaymentStatus>(r.GetString(0)),
            r.IsDBNull(1) ? null : r.Id(1),
            new(r.GetInt64(2))),
        ("id", orderId));

    private static void Save(IUnitOfWork work, PaymentRow row, bool isNew) => work.Execute(
        isNew
            ? "INSERT INTO payments (order_id, status, payment_id, amount, updated_at) VALUES (@id, @status, @payment, @amount, @now)"
            : "UPDATE payments SET status = @status, payment_id = @payment, amount = @amount, updated_at = @now WHERE order_id = @id",
        ("id", row.OrderId),
        ("status", row.Status),
        ("payment", row.PaymentId),
        ("amount", row.Amount.Cents),
        ("now", work.Now));
}
