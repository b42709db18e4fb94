using Kafkadog.Contracts;

namespace Kafkadog.EndToEnd.Tests.Shop;

internal sealed record Stock(long Available, long Reserved, long Committed);

/// <summary>
/// The books of the shop, kept from outside: the records of the topics, the stock by HTTP and the e-mails that left. Once
/// everything has come to rest they must agree, whatever was killed on the way.
/// </summary>
/// <param name="accepted">Orders the gateway answered 201 for.</param>
/// <param name="emails">The order of every e-mail that was sent.</param>
/// <param name="unknownEmails">Orders whose e-mail was claimed by a process that died: nobody knows whether it left.</param>
/// <param name="initialStock">Pieces of each product at the start.</param>
internal sealed class Ledger(
    IReadOnlyList<ShopRecord> records,
    IReadOnlyCollection<Guid> accepted,
    IReadOnlyDictionary<string, Stock> stock,
    IReadOnlyList<Guid> emails,
    IReadOnlySet<Guid> unknownEmails,
    long initialStock)
{
    private readonly HashSet<Guid> ids = [.. records.Where(r => r.Event is not null).Select(r => r.Event!.Id)];

    private readonly ILookup<Guid, Envelope> byOrder = records
        .Where(r => r.Event?.Data is IOrderEvent)
        .Select(r => r.Event!)
        .DistinctBy(e => (e.Id, e.Type))
        .ToLookup(e => ((IOrderEvent)e.Data).OrderId);

    public IReadOnlyList<Guid> Orders => [.. byOrder.Select(o => o.Key)];

    public int UnknownEmails => unknownEmails.Count;

    public IReadOnlyList<IShopEvent> Of(Guid orderId) => [.. byOrder[orderId].Select(e => e.Data)];

    public int Count<T>() => byOrder.SelectMany(o => o).Count(e => e.Data is T);

    /// <summary>What does not agree, with the order it is about; empty for good books.</summary>
    public IReadOnlyList<string> Violations() =>
    [
        .. records.Where(r => r.Event is null).Select(r => $"record: {r.At} is no event"),
        .. accepted.Where(id => !Of(id).OfType<OrderPlaced>().Any()).Select(id => $"loss: accepted order {id} has no OrderPlaced"),
        .. byOrder.SelectMany(o => OfOrder(o.Key)),
        .. OfDerivation(),
        .. OfSequence(),
        .. OfMoney(),
        .. OfStock(),
    ];

    private IEnumerable<string> OfOrder(Guid id)
    {
        foreach (var twice in byOrder[id].GroupBy(e => e.Type).Where(g => g.Count() > 1))
        {
            yield return $"duplicate: order {id} has {twice.Count()} different {twice.Key} events";
        }

        var events = Of(id);
        bool Has<T>() => events.OfType<T>().Any();
        int outcomes = events.Count(e => e is OrderCompleted or OrderCancelled);
        if (!Has<OrderPlaced>())
        {
            yield return $"phantom: order {id} was never placed";
        }

        if (outcomes != 1)
        {
            yield return $"outcome: order {id} has {outcomes} outcomes";
        }

        if (Has<OrderCompleted>() && (!Has<PaymentAuthorized>() || !Has<InventoryReserved>() || Has<PaymentVoided>() || Has<PaymentRefunded>() || Has<InventoryReleased>()))
        {
            yield return $"legality: order {id} was completed with {Names(events)}";
        }

        if (Has<OrderCancelled>() && ((Has<PaymentAuthorized>() && !Has<PaymentVoided>() && !Has<PaymentRefunded>()) || (Has<InventoryReserved>() && !Has<InventoryReleased>())))
        {
            yield return $"compensation: order {id} was cancelled with {Names(events)}";
        }

        var sent = emails.Count(e => e == id);
        if (sent > 1 || (sent == 0 && outcomes > 0 && !unknownEmails.Contains(id)))
        {
            yield return $"e-mail: order {id} got {sent}";
        }
    }

    /// <summary>Nothing comes from nothing: what led to an event is in the topics, and gives the event the same id again.</summary>
    private IEnumerable<string> OfDerivation()
    {
        foreach (var e in byOrder.SelectMany(o => o).Where(e => e.Data is not OrderPlaced))
        {
            var id = ((IOrderEvent)e.Data).OrderId;
            if (e.CausationId is not { } cause || !ids.Contains(cause))
            {
                yield return $"cause: {e.Type.Name} of order {id} comes from {e.CausationId?.ToString() ?? "nothing"}, which is in no topic";
            }
            else if (e.Id != Recomputed(e, cause, id))
            {
                yield return $"id: {e.Type.Name} of order {id} is {e.Id}, and would be {Recomputed(e, cause, id)} if it were made again";
            }
        }
    }

    private static Guid Recomputed(Envelope e, Guid cause, Guid orderId) => e.Type.Topic switch
    {
        Topics.Outcomes => EventIds.Outcome(orderId),
        Topics.Payments => EventIds.Derived("payment-service", cause, e.Type.Name, orderId),
        _ => EventIds.Derived("inventory-service", cause, e.Type.Name, orderId),
    };

    /// <summary>The events of an order are in one partition of each topic, and nothing is given back before it is taken.</summary>
    private IEnumerable<string> OfSequence()
    {
        foreach (var order in records.Where(r => r.Event?.Data is IOrderEvent).GroupBy(r => ((IOrderEvent)r.Event!.Data).OrderId))
        {
            foreach (var topic in order.GroupBy(r => r.At.Topic, StringComparer.Ordinal).Where(t => t.Select(r => r.At.Partition).Distinct().Count() > 1))
            {
                yield return $"order: {topic.Key} has order {order.Key} in several partitions";
            }

            if (First<PaymentAuthorized>(order) > Math.Min(First<PaymentVoided>(order), First<PaymentRefunded>(order)) && Has<PaymentAuthorized>(order))
            {
                yield return $"order: order {order.Key} was paid back before it was paid";
            }

            if (First<InventoryReserved>(order) > First<InventoryReleased>(order) && Has<InventoryReserved>(order))
            {
                yield return $"order: order {order.Key} was released before it was reserved";
            }
        }

        static bool Has<T>(IEnumerable<ShopRecord> order) => order.Any(r => r.Event!.Data is T);

        static long First<T>(IEnumerable<ShopRecord> order) =>
            order.Where(r => r.Event!.Data is T).Select(r => r.At.Offset.Value).DefaultIfEmpty(long.MaxValue).Min();
    }

    private IEnumerable<string> OfMoney()
    {
        long taken = 0;
        long owed = 0;
        foreach (var order in byOrder)
        {
            var kept = order.Sum(e => e.Data switch
            {
                PaymentAuthorized a => a.Amount.Cents,
                PaymentVoided v => -v.Amount.Cents,
                PaymentRefunded r => -r.Amount.Cents,
                _ => 0,
            });
            var due = order.Any(e => e.Data is OrderCompleted) ? order.Select(e => e.Data).OfType<OrderPlaced>().Sum(p => p.Total.Cents) : 0;
            taken += kept;
            owed += due;
            if (kept != due)
            {
                yield return $"money: order {order.Key} paid {kept} cents and owes {due}";
            }
        }

        if (taken != owed)
        {
            yield return $"money: {taken} cents were kept for completed orders of {owed}";
        }
    }

    private IEnumerable<string> OfStock()
    {
        var sold = byOrder
            .Where(o => o.Any(e => e.Data is OrderCompleted))
            .SelectMany(o => o.Select(e => e.Data).OfType<OrderPlaced>().SelectMany(p => p.Items))
            .GroupBy(l => l.ProductId, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(l => (long)l.Quantity), StringComparer.Ordinal);
        foreach (var (product, counts) in stock)
        {
            if (counts != new Stock(initialStock - sold.GetValueOrDefault(product), 0, sold.GetValueOrDefault(product)))
            {
                yield return $"stock: {product} has {counts}, sold {sold.GetValueOrDefault(product)} of {initialStock}";
            }
        }

        foreach (var product in sold.Keys.Where(p => !stock.ContainsKey(p)))
        {
            yield return $"stock: {product} was sold and is not in the inventory";
        }
    }

    private static string Names(IEnumerable<IShopEvent> events) => string.Join(", ", events.Select(e => e.GetType().Name));
}
