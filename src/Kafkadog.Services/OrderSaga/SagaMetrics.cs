using System.Diagnostics.Metrics;
using Kafkadog.Contracts;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.OrderSaga;

internal sealed class SagaMetrics
{
    private readonly Counter<long> outcomes;
    private readonly Counter<long> timeouts;
    private readonly Counter<long> contradictions;
    private readonly Histogram<double> duration;

    public SagaMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(ServiceMeter.Name);
        outcomes = meter.CreateCounter<long>("kafkadog.orders.outcome", description: "Orders that were settled, by outcome and code");
        timeouts = meter.CreateCounter<long>("kafkadog.saga.timeouts", description: "Orders cancelled because an answer was missing");
        contradictions = meter.CreateCounter<long>("saga.contradictions", description: "Events that contradict what is known of their order");
        duration = meter.CreateHistogram<double>("kafkadog.order.duration", "s", "From the saga's first sight of an order to its outcome");
    }

    public void Decided(SagaState state, DateTimeOffset now)
    {
        var outcome = new KeyValuePair<string, object?>("outcome", state.Outcome == SagaOutcome.Completed ? "completed" : "cancelled");
        outcomes.Add(1, outcome, new("code", state.Code ?? ""));
        duration.Record((now - state.CreatedAt).TotalSeconds, outcome);
        if (state.Code == CancelCodes.Timeout)
        {
            timeouts.Add(1);
        }
    }

    public void Contradicted(string code) => contradictions.Add(1, new KeyValuePair<string, object?>("code", code));
}
