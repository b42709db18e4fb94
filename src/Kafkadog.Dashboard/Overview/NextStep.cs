using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>What to try next, by what has been seen already: each step shows one idea that the ones before do not.</summary>
public sealed record NextStep(string Title, string Why, string Label, string Href)
{
    public static NextStep Of(Observed observed)
    {
        var orders = observed.Orders.NewestFirst.Take(200).ToList();
        return orders.Count < 5
            ? new("Place a few orders at once.", "Each goes to the partition its key is hashed to. Do two orders ever share one?", "Place a burst", "/order?mode=burst")
            : observed.Groups.Groups.All(g => observed.Groups.History(g).All(m => m.Members.Count < 2))
            ? new("Scale payment to three.", "One instance owns all three partitions of orders.v1. Which one will lose partition 0?", "To the instances", "/instances")
            : !observed.InstanceChanges.Any(c => c.Instance.State == ShopInstanceState.Killed)
            ? new("Kill an instance while orders come in.", "Its partition stands still until the broker takes it for dead. What happens to the records it had read?", "To the instances", "/instances")
            : orders.All(o => o.Retries == 0)
            ? new("Fail the next two records of inventory.", "A passing failure must not block the partition: watch orders overtake the one that waits.", "Switch it on", "/instances#faults")
            : orders.All(o => !o.IsDeadLettered)
            ? new("Fail a record for good.", "After the last attempt nobody tries again by itself. Where does it go?", "Switch it on", "/instances#faults")
            : new("Look back.", "Drag the strip below to the moment of the kill and see who owned what then.", "See the rebalances", "/rebalances");
    }
}
