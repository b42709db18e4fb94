using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Gateway;

/// <summary>
/// Accepts an order: its row, its idempotency key and its event in the outbox are one durable commit, so 201 is a
/// promise that survives a crash, and holds while Kafka is down.
/// </summary>
internal sealed class PlaceOrder
{
    private readonly ConcurrentDictionary<string, string> running = new(StringComparer.Ordinal);
    private readonly ILocalTransactions transactions;
    private readonly Counter<long> placed;

    public PlaceOrder(ILocalTransactions transactions, IMeterFactory meters)
    {
        this.transactions = transactions;
        placed = meters.Create(ServiceMeter.Name).CreateCounter<long>("kafkadog.orders.placed", description: "Orders accepted");
    }

    public async Task<Placement> AcceptAsync(
        OrderRequest request, string? idempotencyKey, Guid correlationId, CancellationToken cancellationToken)
    {
        if (idempotencyKey is null)
        {
            return await transactions.ExecuteAsync(work => Place(work, request, null, correlationId), cancellationToken);
        }

        var fingerprint = request.Fingerprint();
        if (!running.TryAdd(idempotencyKey, fingerprint))
        {
            return new Placement.StillRunning();
        }

        try
        {
            return await transactions.ExecuteAsync(
                work => PlaceOnce(work, request, idempotencyKey, fingerprint, correlationId), cancellationToken);
        }
        finally
        {
            running.TryRemove(idempotencyKey, out _);
        }
    }

    private Placement PlaceOnce(IUnitOfWork work, OrderRequest request, string key, string fingerprint, Guid correlationId)
    {
        var orderId = NewOrderId(work);

        // The insert is the check: of two instances with one key, one gets the row.
        var isFirst = work.Execute(
            """
            INSERT INTO idempotency_keys (idempotency_key, fingerprint, order_id, created_at) VALUES (@key, @fingerprint, @order, @now)
            ON CONFLICT (idempotency_key) DO NOTHING
            """,
            ("key", key),
            ("fingerprint", fingerprint),
            ("order", orderId),
            ("now", work.Now)) == 1;
        if (isFirst)
        {
            return Place(work, request, key, correlationId, orderId);
        }

        var first = work.First(
            "SELECT fingerprint, order_id FROM idempotency_keys WHERE idempotency_key = @key",
            r => Tuple.Create(r.GetString(0), r.Id(1)),
            ("key", key))!;
        return first.Item1 == fingerprint ? new Placement.Replayed(first.Item2) : new Placement.OtherBody();
    }

    // Ordered by time: every service keys a table by it, and new rows then go to the same few pages.
    private static Guid NewOrderId(IUnitOfWork work) => Guid.CreateVersion7(work.Now);

    private Placement Place(IUnitOfWork work, OrderRequest request, string? key, Guid correlationId, Guid? orderId = null)
    {
        var now = Utc.Truncate(work.Now);
        var order = new OrderPlaced(
            orderId ?? NewOrderId(work), request.UserId, request.Items, request.Total, now, "USD", key);
        var trace = Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom();

        OrderViewStore.Insert(work, new OrderView(order.OrderId, now).Fold(order));
        work.Publish(ServiceIdentity.Gateway, new Envelope(
            Guid.CreateVersion7(now), now, correlationId, TraceIds.FromW3C(trace.ToHexString()), order));
        work.OnCommitted(() => placed.Add(1));
        return new Placement.Accepted(order.OrderId);
    }
}

/// <summary>How placing an order ended: exactly one of the nested cases.</summary>
internal abstract record Placement
{
    public sealed record Accepted(Guid OrderId) : Placement;

    /// <summary>The key and the body were seen before: the same answer again.</summary>
    public sealed record Replayed(Guid OrderId) : Placement;

    /// <summary>The key was used for something else.</summary>
    public sealed record OtherBody : Placement;

    /// <summary>The first request with this key is not finished.</summary>
    public sealed record StillRunning : Placement;
}
