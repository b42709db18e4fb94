using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Http;

namespace Kafkadog.Services.OrderSaga;

internal static class SagaApi
{
    private const int RepairBatch = 500;

    public static async Task<IResult> OrdersAsync(IDatabase database, TimeProvider time, CancellationToken cancellationToken, int limit = 100)
    {
        if (limit is < 1 or > 500)
        {
            return ProblemAnswers.Problem(400, "limit is out of range.", "Use a limit from 1 to 500.");
        }

        var now = time.GetUtcNow();
        var rows = await database.QueryAsync(
            $"SELECT {SagaStore.Columns} FROM sagas WHERE placed IS NOT NULL ORDER BY created_at DESC, order_id LIMIT @limit",
            SagaStore.Read,
            [("limit", limit)],
            cancellationToken);
        return TypedResults.Ok(rows.Select(state => SagaAnswer.Of(state, now)));
    }

    public static async Task<IResult> OrderAsync(Guid orderId, IDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync(
            $"SELECT {SagaStore.Columns} FROM sagas WHERE order_id = @id", SagaStore.Read, [("id", orderId)], cancellationToken);
        return rows is [{ Placed: not null } state]
            ? TypedResults.Ok(SagaAnswer.Of(state, time.GetUtcNow()))
            : ProblemAnswers.Problem(404, "The saga does not know this order.", "Check the id, or wait until OrderPlaced has been read.");
    }

    public static async Task<IResult> StatsAsync(IDatabase database, CancellationToken cancellationToken)
    {
        var counts = await database.QueryAsync(
            "SELECT outcome, COUNT(*) FROM sagas WHERE placed IS NOT NULL GROUP BY outcome",
            r => (Outcome: Enum.Parse<SagaOutcome>(r.GetString(0)), Count: r.GetInt64(1)),
            [],
            cancellationToken);
        long Of(SagaOutcome outcome) => counts.Where(c => c.Outcome == outcome).Sum(c => c.Count);
        return TypedResults.Ok(new
        {
            Total = counts.Sum(c => c.Count),
            Pending = Of(SagaOutcome.None),
            Completed = Of(SagaOutcome.Completed),
            Cancelled = Of(SagaOutcome.Cancelled),
        });
    }

    /// <summary>
    /// Each event settles its order at once, so normally this finds nothing; it repairs rows that an older version or a
    /// hand in the database left behind. Deadlines are not its business.
    /// </summary>
    public static async Task<IResult> FixStuckOrdersAsync(
        IDatabase database, ILocalTransactions transactions, SagaMetrics metrics, CancellationToken cancellationToken)
    {
        var open = await database.QueryAsync(
            "SELECT order_id FROM sagas WHERE outcome = 'None' AND placed IS NOT NULL", r => r.Id(0), [], cancellationToken);
        var settled = 0;
        foreach (var batch in open.Chunk(RepairBatch))
        {
            settled += await transactions.ExecuteAsync(work => batch.Count(id => Settle(work, id, metrics)), cancellationToken);
        }

        return TypedResults.Ok(new { Message = $"{open.Count} open orders were looked at; {settled} of them are settled now." });
    }

    private static bool Settle(IUnitOfWork work, Guid orderId, SagaMetrics metrics)
    {
        if (SagaStore.Find(work, orderId) is not { } state || Saga.Decide(state, deadlinePassed: false, work.Now) is not { } outcome)
        {
            return false;
        }

        var settled = Saga.WithOutcome(state, outcome);
        SagaStore.Save(work, settled, state);
        work.Publish(ServiceIdentity.OrderSaga, new Envelope(
            EventIds.Outcome(orderId), work.Now, state.CorrelationId, state.TraceId, outcome, state.PlacedEventId));
        work.OnCommitted(() => metrics.Decided(settled, work.Now));
        return true;
    }

    private sealed record SagaAnswer(
        Guid OrderId,
        string UserId,
        IReadOnlyList<OrderLine> Items,
        Money Total,
        string Status,
        string PaymentStatus,
        string InventoryStatus,
        string Compensation,
        string? Code,
        DateTimeOffset? DeadlineAt,
        OpenAnswer? Open,
        DateTimeOffset CreatedAt,
        DateTimeOffset UpdatedAt)
    {
        public static SagaAnswer Of(SagaState s, DateTimeOffset now) => new(
            s.OrderId,
            s.Placed!.UserId,
            s.Placed.Items,
            s.Placed.Total,
            s.Status,
            s.Payment == PaymentState.None ? "PENDING" : s.Payment.ToString().ToUpperInvariant(),
            s.Inventory == InventoryState.None ? "PENDING" : s.Inventory.ToString().ToUpperInvariant(),
            s.Compensation.ToString().ToUpperInvariant(),
            s.Code,
            s.Outcome == SagaOutcome.None ? s.DeadlineAt : null,
            OpenAnswer.Of(s, now),
            s.CreatedAt,
            s.UpdatedAt);
    }
}
