using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.Gateway;

/// <summary>Keeps the read model up to date. It publishes nothing, so a rebuild can do no harm.</summary>
internal sealed class ProjectionHandler(OutcomeWaiters waiters) : IEventHandler
{
    /// <summary>The fold does not mind an event that comes again, and the timeline knows each record by its place.</summary>
    public bool NeedsInbox => false;

    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        if (received.Body is not IShopEvent body || !Guid.TryParseExact(body.Key, "D", out var orderId))
        {
            return HandleResult.Done;
        }

        var known = OrderViewStore.FindState(work, orderId);
        var view = (known ?? new OrderView(orderId, body.Ts)).Fold(body);
        if (known is null)
        {
            OrderViewStore.Insert(work, view);
        }
        else if (view != known)
        {
            OrderViewStore.Update(work, view);
            if (view.IsPlaced && !known.IsPlaced)
            {
                OrderViewStore.SetPlaced(work, view);
            }
        }

        var record = received.Record;
        var (attempts, target, detail) = Describe(body);
        OrderViewStore.AddToTimeline(
            work,
            orderId,
            new(record.Topic, record.Partition, record.Offset, received.Type, record.Timestamp, attempts, target, detail),
            received.EventId);

        if (view.Outcome is not null && known?.Outcome is null)
        {
            work.OnCommitted(() => waiters.Signal(orderId));
        }

        return HandleResult.Done;
    }

    private static (int Attempts, string? Target, string? Detail) Describe(IShopEvent body) => body switch
    {
        OrderRetry e => (e.RetryCount, e.Target, e.Error),
        OrderDLQ e => (e.FinalRetryCount, e.Target, e.FinalError),
        PaymentDeclined e => (0, null, e.Reason),
        InventoryRejected e => (0, null, e.Reason),
        OrderCancelled e => (0, null, e.Reason),
        _ => (0, null, null),
    };
}
