using System.Diagnostics;
using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.Shared;

/// <summary>From an event of the shop to a row of the outbox.</summary>
internal static class Publishing
{
    /// <summary>Publishes what <paramref name="cause"/> led to, under an id that is the same each time it does.</summary>
    public static void Publish(this IUnitOfWork work, ServiceIdentity service, IOrderEvent body, InboundEvent cause)
    {
        var id = body is OrderCompleted or OrderCancelled
            ? EventIds.Outcome(body.OrderId)
            : EventIds.Derived(service.Name, cause.EventId, EventType.Of(body).Name, body.OrderId);
        work.Publish(service, new Envelope(id, work.Now, cause.CorrelationId, cause.TraceId, body, cause.EventId));
    }

    public static void Publish(this IUnitOfWork work, ServiceIdentity service, Envelope envelope)
    {
        // The span of the moment, not of the later sending: the trace shows who decided.
        var activity = Activity.Current;
        work.Publish(new OutboundEvent(
            envelope.Id,
            envelope.Type.Topic,
            envelope.Data.Key,
            EventWriter.Write(envelope),
            new RecordHeaders(EventWriter.Headers(
                envelope,
                service.Name,
                activity is { IdFormat: ActivityIdFormat.W3C } ? activity.Id : null,
                activity?.TraceStateString))));
    }
}
