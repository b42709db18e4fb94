using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.OrderSaga;

/// <summary>One row per order. Several instances may meet at a row, so it is locked, and its version checked.</summary>
internal static class SagaStore
{
    public const string Schema = """
        CREATE TABLE IF NOT EXISTS sagas (
            order_id TEXT PRIMARY KEY,
            placed TEXT,
            placed_event_id TEXT NOT NULL,
            correlation_id TEXT NOT NULL,
            trace_id TEXT NOT NULL,
            payment TEXT NOT NULL,
            payment_id TEXT,
            payment_amount BIGINT,
            inventory TEXT NOT NULL,
            decline_reason TEXT,
            declined_at BIGINT,
            reject_reason TEXT,
            rejected_at BIGINT,
            outcome TEXT NOT NULL,
            code TEXT,
            status TEXT NOT NULL,
            compensation TEXT NOT NULL,
            deadline_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            version BIGINT NOT NULL);
        CREATE INDEX IF NOT EXISTS sagas_open ON sagas (deadline_at) WHERE outcome = 'None';
        CREATE INDEX IF NOT EXISTS sagas_compensating ON sagas (compensation) WHERE compensation = 'Pending';
        CREATE INDEX IF NOT EXISTS sagas_by_time ON sagas (created_at);
        """;

    public const string Columns = """
        order_id, placed, placed_event_id, correlation_id, trace_id, payment, payment_id, payment_amount, inventory,
        decline_reason, declined_at, reject_reason, rejected_at, outcome, code, deadline_at, created_at, updated_at, version
        """;

    public static SagaState? Find(IUnitOfWork work, Guid orderId) =>
        work.First($"SELECT {Columns} FROM sagas WHERE order_id = @id" + work.ForUpdate(), Read, ("id", orderId));

    /// <summary>Placed orders without an outcome whose deadline is over, the oldest first.</summary>
    public static List<SagaState> Due(IUnitOfWork work, DateTimeOffset until, int limit) => work.Query(
        $"""
        SELECT {Columns} FROM sagas WHERE outcome = 'None' AND deadline_at <= @until
        ORDER BY deadline_at LIMIT @limit{work.ForUpdate()}
        """,
        Read,
        ("until", until),
        ("limit", limit));

    /// <param name="before">What the row holds now. Only what events change is written again, not the order itself.</param>
    /// <exception cref="InvalidOperationException">Another instance changed the row meanwhile; the event is tried again.</exception>
    public static void Save(IUnitOfWork work, SagaState state, SagaState before)
    {
        var changed = state.Version == 0 ? Insert(work, state) : Update(work, state);
        if (state.Version > 0 && state.Placed is not null && before.Placed is null)
        {
            SetPlaced(work, state);
        }

        if (changed != 1)
        {
            throw new InvalidOperationException($"The saga of order {state.OrderId} was changed by another instance.");
        }
    }

    public static SagaState Read(SqlRow r) => new(r.Id(0), r.Time(16))
    {
        Placed = r.Text(1) is { } placed ? JsonSerializer.Deserialize(placed, ContractsJsonContext.Default.OrderPlaced) : null,
        PlacedEventId = r.Id(2),
        CorrelationId = r.Id(3),
        TraceId = r.Id(4),
        Payment = Enum.Parse<PaymentState>(r.GetString(5)),
        PaymentId = r.IsDBNull(6) ? null : r.Id(6),
        PaymentAmount = r.Number(7) is { } cents ? new Money(cents) : null,
        Inventory = Enum.Parse<InventoryState>(r.GetString(8)),
        DeclineReason = r.Text(9),
        DeclinedAt = r.OptionalTime(10),
        RejectReason = r.Text(11),
        RejectedAt = r.OptionalTime(12),
        Outcome = Enum.Parse<SagaOutcome>(r.GetString(13)),
        Code = r.Text(14),
        DeadlineAt = r.OptionalTime(15),
        UpdatedAt = r.Time(17),
        Version = r.GetInt64(18),
    };

    private static int Insert(IUnitOfWork work, SagaState state) => work.Execute(
        """
        INSERT INTO sagas (order_id, placed, placed_event_id, correlation_id, trace_id, payment, payment_id, payment_amount, inventory,
            decline_reason, declined_at, reject_reason, rejected_at, outcome, code, status, compensation, deadline_at, created_at, updated_at, version)
        VALUES (@id, @placed, @placed_event_id, @correlation_id, @trace_id, @payment, @payment_id, @payment_amount, @inventory,
            @decline_reason, @declined_at, @reject_reason, @rejected_at, @outcome, @code, @status, @compensation, @deadline_at, @created_at, @now, 1)
        """,
        ("id", state.OrderId),
        ("placed", Json(state.Placed)),
        ("placed_event_id", state.PlacedEventId),
        ("correlation_id", state.CorrelationId),
        ("trace_id", state.TraceId),
        ("payment", state.Payment),
        ("payment_id", state.PaymentId),
        ("payment_amount", state.PaymentAmount?.Cents),
        ("inventory", state.Inventory),
        ("decline_reason", state.DeclineReason),
        ("declined_at", state.DeclinedAt),
        ("reject_reason", state.RejectReason),
        ("rejected_at", state.RejectedAt),
        ("outcome", state.Outcome),
        ("code", state.Code),
        ("status", state.Status),
        ("compensation", state.Compensation),
        ("deadline_at", state.DeadlineAt),
        ("created_at", state.CreatedAt),
        ("now", work.Now));

    private static int Update(IUnitOfWork work, SagaState state) => work.Execute(
        """
        UPDATE sagas SET payment = @payment, payment_id = @payment_id, payment_amount = @payment_amount, inventory = @inventory,
            decline_reason = @decline_reason, declined_at = @declined_at, reject_reason = @reject_reason, rejected_at = @rejected_at,
            outcome = @outcome, code = @code, status = @status, compensation = @compensation, updated_at = @now, version = version + 1
        WHERE order_id = @id AND version = @version
        """,
        ("id", state.OrderId),
        ("payment", state.Payment),
        ("payment_id", state.PaymentId),
        ("payment_amount", state.PaymentAmount?.Cents),
        ("inventory", state.Inventory),
        ("decline_reason", state.DeclineReason),
        ("declined_at", state.DeclinedAt),
        ("reject_reason", state.RejectReason),
        ("rejected_at", state.RejectedAt),
        ("outcome", state.Outcome),
        ("code", state.Code),
        ("status", state.Status),
        ("compensation", state.Compensation),
        ("now", work.Now),
        ("version", state.Version));

    // The row began with an answer; now the order has come.
    private static void SetPlaced(IUnitOfWork work, SagaState state) => work.Execute(
        "UPDATE sagas SET placed = @placed, placed_event_id = @placed_event_id, deadline_at = @deadline_at WHERE order_id = @id",
        ("id", state.OrderId),
        ("placed", Json(state.Placed)),
        ("placed_event_id", state.PlacedEventId),
        ("deadline_at", state.DeadlineAt));

    private static string? Json(OrderPlaced? placed) =>
        placed is null ? null : JsonSerializer.Serialize(placed, ContractsJsonContext.Default.OrderPlaced);
}
