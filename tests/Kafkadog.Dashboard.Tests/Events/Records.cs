using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Events;

/// <summary>Records as the tail would have seen them.</summary>
internal static class Records
{
    private static readonly Guid Order = Guid.Parse("7d0f1111-0000-4000-8000-000000000001");

    public static ObservedRecord At(
        DateTimeOffset at, long offset = 0, string topic = Topics.Orders, string? type = nameof(OrderPlaced), string? key = "7d0f1111-0000-4000-8000-000000000001",
        string? problem = null, FailureNote? failure = null, string? source = "api-gateway") =>
        new(new Place(topic, 0), offset, at, key, type, key == Order.ToString() ? Order : null, null, null, source, 312, problem) { Failure = failure };

    public static FailureNote GaveUp(string error = "injected fault 1: out of stock") => new(5, null, Groups.Inventory, error, "exhausted", null, nameof(OrderPlaced));
}
