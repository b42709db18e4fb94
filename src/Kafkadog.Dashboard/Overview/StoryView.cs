using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>One order, step by step.</summary>
public sealed record StoryView(Guid? OrderId, DateTimeOffset? PlacedAt, OrderStatus Status, Equatable<StoryStep> Steps)
{
    private const int MostSteps = 8;

    public static StoryView Of(Observed observed, Moment moment, Guid? picked)
    {
        if (picked is not { } id || !observed.Orders.TryGet(id, out var order))
        {
            return new(null, null, OrderStatus.Open, Array.Empty<StoryStep>().ToEquatable());
        }

        var seen = order.Records.Where(r => r.At <= moment.Time).Take(MostSteps)
            .Select(r => new StoryStep(r.Type ?? "not an event", r.Topic, r.Partition, r.Offset, Math.Max(0, (long)(r.At - order.FirstAt).TotalMilliseconds), r.Failure?.Attempt))
            .ToEquatable();
        return new(order.OrderId, order.FirstAt, moment.IsNow ? order.Status : order.StatusAt(moment.Time), seen);
    }
}

/// <param name="AfterMs">Since the order's first record, in milliseconds.</param>
/// <param name="Attempt">For retries and dead letters.</param>
public readonly record struct StoryStep(string Type, string Topic, int Partition, long Offset, long AfterMs, int? Attempt);
