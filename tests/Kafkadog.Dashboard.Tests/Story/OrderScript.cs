using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Story;

namespace Kafkadog.Dashboard.Tests.Story;

/// <summary>An order told in a test, millisecond by millisecond: what was written and what the services did.</summary>
internal sealed class OrderScript
{
    public static readonly DateTimeOffset Zero = new(2026, 3, 1, 14, 2, 3, 0, TimeSpan.Zero);

    private readonly List<ObservedRecord> records = [];
    private readonly List<JournalEntry> entries = [];
    private readonly List<(ObservedRecord Record, string Group, string? Instance)> pending = [];
    private readonly Dictionary<string, long> ends = new(StringComparer.Ordinal);
    private int sequence;

    public Guid OrderId { get; } = new("51b0aaaa-0000-4000-8000-00000000009e");

    public IReadOnlyList<ObservedRecord> Records => records;

    public IReadOnlyList<JournalEntry> Entries => entries;

    public static DateTimeOffset At(double ms) => Zero.AddMilliseconds(ms);

    public static Moment Now(double ms) => new(At(ms), IsNow: true);

    public ObservedRecord Write(double ms, string type, string? writer = null, FailureNote? failure = null, Guid? eventId = null)
    {
        var topic = EventType.Find(type)!.Topic;
        var offset = ends[topic] = ends.GetValueOrDefault(topic, 40) + 1;
        var partition = topic is Topics.Retry or Topics.DeadLetters ? 0 : 2;
        var record = new ObservedRecord(
            new(topic, partition), offset, At(ms), OrderId.ToString(), type, OrderId, eventId ?? Guid.NewGuid(), null, writer?[..writer.LastIndexOf('-')], 300, null)
        {
            Failure = failure,
        };
        records.Add(record);
        if (writer is not null)
        {
            entries.Add(new(
                ++sequence, "sent", At(ms + 1), writer, Topic: topic, Partition: partition, Offset: offset, Key: OrderId.ToString(),
                EventId: record.EventId, EventType: type, ReceivedAt: At(ms - 2), StartedAt: At(ms - 1), FinishedAt: At(ms + 1)));
        }

        return record;
    }

    public OrderScript Deliver(
        ObservedRecord record, string group, string instance, double from, double to, string result = "ok", int attempt = 0, string? error = null)
    {
        entries.Add(new(
            ++sequence, "delivery", At(to), instance, group, attempt == 0 ? "member" : null, attempt == 0 ? 1 : null, record.Topic, record.Partition, record.Offset,
            OrderId.ToString(), record.EventId, record.Type, attempt, 1, result == "duplicate", result, At(from), At(from), At(to), 0, to - from, error is null ? null : "TestException", error));
        return this;
    }

    public OrderScript Await(ObservedRecord record, string group, string? instance)
    {
        pending.Add((record, group, instance));
        return this;
    }

    public StoryFacts Facts(double now) =>
        StoryFacts.Of(records, entries, [.. pending.Select(p => new PendingDelivery(p.Record, p.Group, p.Instance))], Now(now));

    public IReadOnlyList<StoryBar> Bars(double now) => StoryBars.Of(Facts(now), Now(now));

    /// <summary>Payment and inventory at once, nothing fails: done after half a second.</summary>
    public static OrderScript Happy()
    {
        var s = new OrderScript();
        var placed = s.Write(0, nameof(OrderPlaced), "api-gateway-1");
        s.Deliver(placed, Groups.Payment, "payment-service-2", 20, 300)
            .Deliver(placed, Groups.Inventory, "inventory-service-1", 30, 200)
            .Deliver(placed, Groups.OrderSaga, "order-saga-1", 10, 15)
            .Deliver(placed, Groups.Analytics, "analytics-service-1", 10, 12);
        var reserved = s.Write(210, nameof(InventoryReserved), "inventory-service-1");
        s.Deliver(reserved, Groups.OrderSaga, "order-saga-1", 215, 220);
        var authorized = s.Write(310, nameof(PaymentAuthorized), "payment-service-2");
        s.Deliver(authorized, Groups.OrderSaga, "order-saga-1", 320, 330);
        var completed = s.Write(340, nameof(OrderCompleted), "order-saga-1");
        s.Deliver(completed, Groups.Notification, "notification-service-1", 350, 360);
        return s;
    }

    /// <summary>Inventory fails twice and is parked for one and for two seconds.</summary>
    public static OrderScript TwoRetries()
    {
        var s = new OrderScript();
        var placed = s.Write(0, nameof(OrderPlaced), "api-gateway-1");
        var source = new SourceRecord(placed.Topic, placed.Partition, placed.Offset);
        s.Deliver(placed, Groups.OrderSaga, "order-saga-1", 10, 20).Deliver(placed, Groups.Payment, "payment-service-1", 20, 320);
        s.Deliver(placed, Groups.Inventory, "inventory-service-1", 100, 300, "retry", error: "no stock server");
        s.Write(310, nameof(OrderRetry), "inventory-service-1", new(1, At(1300), Groups.Inventory, "no stock server", null, source, nameof(OrderPlaced)));
        s.Deliver(s.Write(330, nameof(PaymentAuthorized), "payment-service-1"), Groups.OrderSaga, "order-saga-1", 340, 350);
        s.Deliver(placed, Groups.Inventory, "inventory-service-1", 1380, 1500, "retry", attempt: 1, error: "no stock server");
        s.Write(1510, nameof(OrderRetry), "inventory-service-1", new(2, At(3500), Groups.Inventory, "no stock server", null, source, nameof(OrderPlaced)));
        s.Deliver(placed, Groups.Inventory, "inventory-service-1", 3580, 3700, attempt: 2);
        s.Deliver(s.Write(3710, nameof(InventoryReserved), "inventory-service-1"), Groups.OrderSaga, "order-saga-1", 3720, 3730);
        s.Write(3740, nameof(OrderCompleted), "order-saga-1");
        return s;
    }
}
