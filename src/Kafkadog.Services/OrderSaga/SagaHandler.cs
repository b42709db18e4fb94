using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.Extensions.Options;

namespace Kafkadog.Services.OrderSaga;

/// <summary>Load the row, apply the event, decide, save, and publish the outcome: all in one transaction.</summary>
internal sealed class SagaHandler(IOptions<SagaOptions> options, SagaMetrics metrics) : IEventHandler
{
    public HandleResult Apply(InboundEvent received, object? prepared, IUnitOfWork work)
    {
        if (received.Body is not IOrderEvent e)
        {
            return HandleResult.Done;
        }

        var before = SagaStore.Find(work, e.OrderId) ?? new SagaState(e.OrderId, work.Now)
        {
            CorrelationId = received.CorrelationId,
            TraceId = received.TraceId,
        };
        var (state, contradiction) = Saga.Apply(before, e);
        if (contradiction is not null)
        {
            work.OnCommitted(() => metrics.Contradicted(contradiction.Code));
            return HandleResult.DeadLetter(contradiction.Code, contradiction.Reason);
        }

        if (state.Placed is not null && before.Placed is null)
        {
            state = state with
            {
                PlacedEventId = received.EventId,
                DeadlineAt = work.Now.AddSeconds(options.Value.DeadlineSeconds),
            };
        }

        if (Saga.Decide(state, deadlinePassed: false, work.Now) is { } outcome)
        {
            state = Saga.WithOutcome(state, outcome);
            work.Publish(ServiceIdentity.OrderSaga, outcome, received);
            work.OnCommitted(() => metrics.Decided(state, work.Now));
        }

        if (state != before || before.Version == 0)
        {
            SagaStore.Save(work, state, before);
        }

        return HandleResult.Done;
    }
}
