using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Observing;

/// <summary>Records of orders as a shop would write them, for views to look at.</summary>
internal sealed class ShopStory
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<Place, long> ends = [];

    public Observed Observed { get; } = new(new DashboardOptions(), Noon) { Kafka = new(KafkaState.Up, Noon) };

    public static Money Price => new(199_99);

    public ObservedRecord Add(Guid order, IShopEvent body, string topic, int partition, double atSeconds)
    {
        var place = new Place(topic, partition);
        var offset = ends.GetValueOrDefault(place);
        ends[place] = offset + 1;
        var record = new ObservedRecord(
            place, offset, Noon.AddSeconds(atSeconds), order.ToString(), body.GetType().Name, order, Guid.CreateVersion7(), null, null, 300, null);
        Observed.Add(record, body, record.At);
        return record;
    }

    public void Placed(Guid order, double at, int partition = 0) =>
        Add(order, new OrderPlaced(order, "user-001", [new OrderLine("product-3", 1, Price)], Price, Noon), Topics.Orders, partition, at);

    public void Authorized(Guid order, double at, Money? amount = null) =>
        Add(order, new PaymentAuthorized(order, Guid.NewGuid(), amount ?? Price, Noon), Topics.Payments, 0, at);

    public void Reserved(Guid order, double at) =>
        Add(order, new InventoryReserved(order, [new ReservedLine("product-3", 1, Noon)], Noon), Topics.Inventory, 0, at);

    public void Completed(Guid order, double at) => Add(order, new OrderCompleted(order, Noon), Topics.Outcomes, 0, at);

    public void Cancelled(Guid order, double at) => Add(order, new OrderCancelled(order, "no money", Noon), Topics.Outcomes, 0, at);
}
