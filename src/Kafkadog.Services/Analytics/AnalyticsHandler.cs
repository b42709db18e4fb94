using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Analytics;

/// <summary>
/// Counts an order when it is placed, and again on the other basis when it is completed. The outcome may arrive first,
/// so each side leaves what the other needs.
/// </summary>
internal sealed class AnalyticsHandler : IEventHandler
{
    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        if (received.Body is not IShopEvent)
        {
            return HandleResult.Done;
        }

        var at = EventTime.Of(received, work.Now);
        switch (received.Body)
        {
            case OrderPlaced order:
                OnPlaced(work, order, at);
                break;
            case OrderCompleted order:
                OnCompleted(work, order.OrderId, Periods.Minute(at));
                break;
            case OrderCancelled order:
                work.Execute("UPDATE open_orders SET placed = NULL WHERE order_id = @id", ("id", order.OrderId));
                break;
            case PageView view:
                AnalyticsStore.CountView(work, Periods.Minute(at), view.Page);
                break;
        }

        return HandleResult.Done;
    }

    private static void OnPlaced(IUnitOfWork work, OrderPlaced order, DateTimeOffset at)
    {
        var known = Find(work, order.OrderId);
        if (known is { WasPlaced: true })
        {
            return; // the same order under another event id
        }

        AnalyticsStore.Count(work, AnalyticsStore.Placed, Periods.Minute(at), order);
        foreach (var line in order.Items)
        {
            AnalyticsStore.CountProduct(work, line, at);
        }

        var completed = known?.CompletedBucket;
        if (completed is { } bucket)
        {
            AnalyticsStore.Count(work, AnalyticsStore.Completed, bucket, order);
        }

        work.Execute(
            """
            INSERT INTO open_orders (order_id, placed, completed_bucket, counted, seen_at) VALUES (@id, @placed, @bucket, 1, @now)
            ON CONFLICT (order_id) DO UPDATE SET placed = excluded.placed, counted = 1
            """,
            ("id", order.OrderId),
            ("placed", completed is null ? JsonSerializer.Serialize(order, ContractsJsonContext.Default.OrderPlaced) : null),
            ("bucket", completed),
            ("now", work.Now));
    }

    private static void OnCompleted(IUnitOfWork work, Guid orderId, long bucket)
    {
        var known = Find(work, orderId);
        if (known?.CompletedBucket is not null)
        {
            return;
        }

        if (known?.Placed is { } placed)
        {
            AnalyticsStore.Count(
                work, AnalyticsStore.Completed, bucket, JsonSerializer.Deserialize(placed, ContractsJsonContext.Default.OrderPlaced)!);
        }

        work.Execute(
            """
            INSERT INTO open_orders (order_id, placed, completed_bucket, counted, seen_at) VALUES (@id, NULL, @bucket, 0, @now)
            ON CONFLICT (order_id) DO UPDATE SET placed = NULL, completed_bucket = excluded.completed_bucket
            """,
            ("id", orderId),
            ("bucket", bucket),
            ("now", work.Now));
    }

    private static OpenOrder? Find(IUnitOfWork work, Guid orderId) => work.First(
        "SELECT placed, completed_bucket, counted FROM open_orders WHERE order_id = @id" + work.ForUpdate(),
        r => new OpenOrder(r.Text(0), r.Number(1), r.GetInt64(2) == 1),
        ("id", orderId));

    private sealed record OpenOrder(string? Placed, long? CompletedBucket, bool WasPlaced);
}
