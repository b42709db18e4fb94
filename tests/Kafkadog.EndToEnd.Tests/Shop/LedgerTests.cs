using Confluent.Kafka;
using Kafkadog.Contracts;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <summary>The ledger sees what it is there to see: good books pass, and each kind of damage is named with its order.</summary>
public sealed class LedgerTests
{
    private static readonly Guid Order = Guid.Parse("11111111-1111-4111-8111-111111111111");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;
    private static readonly Money Price = new(100);

    private static readonly IShopEvent Placed = new OrderPlaced(Order, "u", [new("p", 2, Price)], Price * 2, Now);
    private static readonly IShopEvent Authorized = new PaymentAuthorized(Order, Guid.NewGuid(), Price * 2, Now);
    private static readonly IShopEvent Voided = new PaymentVoided(Order, "r", Guid.NewGuid(), Price * 2, Now);
    private static readonly IShopEvent Reserved = new InventoryReserved(Order, [new("p", 2, Now)], Now);
    private static readonly IShopEvent Released = new InventoryReleased(Order, [new("p", 2, Now)], Now);
    private static readonly IShopEvent Completed = new OrderCompleted(Order, Now);
    private static readonly IShopEvent Cancelled = new OrderCancelled(Order, "r", Now);

    private static readonly Stock Sold = new(8, 0, 2);
    private static readonly Stock Unsold = new(10, 0, 0);

    [Fact]
    public void Good_books_have_no_violations()
    {
        Assert.Empty(Violations(Sold, 1, Placed, Authorized, Reserved, Completed));
        Assert.Empty(Violations(Unsold, 1, Placed, Authorized, Reserved, Cancelled, Voided, Released));
    }

    [Fact]
    public void Each_damage_is_named_with_its_order()
    {
        Names("loss", Violations(Unsold, 0));
        Names("phantom", Violations(Unsold, 1, Cancelled));
        Names("outcome", Violations(Unsold, 0, Placed));
        Names("outcome", Violations(Sold, 1, Placed, Authorized, Reserved, Completed, Cancelled));
        Names("legality", Violations(Sold, 1, Placed, Authorized, Completed));
        Names("compensation", Violations(Unsold, 1, Placed, Authorized, Cancelled));
        Names("compensation", Violations(Unsold, 1, Placed, Reserved, Cancelled));
        Names("money", Violations(Unsold, 1, Placed, Authorized, Cancelled));
        Names("duplicate", Violations(Sold, 1, Placed, Authorized, Authorized, Reserved, Completed));
        Names("e-mail", Violations(Sold, 2, Placed, Authorized, Reserved, Completed));
        Names("e-mail", Violations(Sold, 0, Placed, Authorized, Reserved, Completed));
    }

    [Fact]
    public void Stock_that_does_not_add_up_is_named_with_its_product() =>
        Assert.Contains(
            Violations(new Stock(8, 2, 0), 1, Placed, Authorized, Reserved, Completed),
            v => v.StartsWith("stock: p ", StringComparison.Ordinal));

    /// <summary>One record of a good run is altered, and one rule sees it.</summary>
    [Theory]
    [InlineData("cause", nameof(PaymentVoided))]
    [InlineData("id", nameof(InventoryReserved))]
    [InlineData("duplicate", nameof(InventoryReleased))]
    [InlineData("order", nameof(PaymentAuthorized))]
    [InlineData("order", nameof(InventoryReleased))]
    [InlineData("money", nameof(PaymentVoided))]
    [InlineData("record", nameof(OrderCancelled))]
    public void One_altered_record_breaks_one_rule(string rule, string type)
    {
        var run = Run([Placed, Authorized, Reserved, Cancelled, Voided, Released]);
        var at = run.FindIndex(r => r.Event!.Type.Name == type);
        var record = run[at];
        var e = record.Event!;
        switch (rule)
        {
            case "cause":
                run[at] = record with { Event = e with { CausationId = Guid.NewGuid() } };
                break;
            case "id":
                run[at] = record with { Event = e with { Id = Guid.NewGuid() } };
                break;
            case "duplicate":
                // A second one that an outcome of its own led to: both ids are right.
                var cause = run.Find(r => r.Event!.Data is OrderPlaced)!.Event!.Id;
                run.Add(record with { Event = e with { Id = Derived(e.Data, cause), CausationId = cause } });
                break;
            case "order" when e.Data is PaymentAuthorized:
                run[at] = record with { At = new(record.At.TopicPartition, 99) };
                break;
            case "order":
                run[at] = record with { At = new(record.At.Topic, 1, record.At.Offset) };
                break;
            case "money":
                run[at] = record with { Event = e with { Data = (PaymentVoided)e.Data with { Amount = Price } } };
                break;
            case "record":
                run.Add(record with { Event = null });
                break;
        }

        var violations = new Ledger(run, [Order], Stocked(Unsold), [Order], new HashSet<Guid>(), initialStock: 10).Violations();
        Assert.Equal([rule], violations.Select(v => v.Split(':')[0]).Distinct());
    }

    private static void Names(string rule, IReadOnlyList<string> violations) =>
        Assert.Contains(violations, v => v.StartsWith(rule, StringComparison.Ordinal) && v.Contains(Order.ToString(), StringComparison.Ordinal));

    private static IReadOnlyList<string> Violations(Stock stock, int emails, params IShopEvent[] events) => new Ledger(
        Run(events), [Order], Stocked(stock), [.. Enumerable.Repeat(Order, emails)], new HashSet<Guid>(), initialStock: 10).Violations();

    private static Dictionary<string, Stock> Stocked(Stock stock) => new(StringComparer.Ordinal) { ["p"] = stock };

    /// <summary>The events as services would write them: each with the id that its cause gives it.</summary>
    private static List<ShopRecord> Run(IReadOnlyList<IShopEvent> events)
    {
        var placed = Guid.CreateVersion7();
        var outcome = EventIds.Outcome(Order);
        return [.. events.Select((e, i) =>
        {
            var cause = e is PaymentVoided or InventoryReleased ? outcome : placed;
            var again = events.Take(i).Any(earlier => ReferenceEquals(earlier, e));
            var id = e is OrderPlaced ? placed : again ? Guid.NewGuid() : e is OrderCompleted or OrderCancelled ? outcome : Derived(e, cause);
            return new ShopRecord(
                new TopicPartitionOffset(EventType.Of(e).Topic, 0, i),
                new Message<string?, byte[]?>(),
                new Envelope(id, Now, Guid.Empty, Guid.Empty, e, e is OrderPlaced ? null : cause));
        })];
    }

    private static Guid Derived(IShopEvent e, Guid cause) =>
        EventIds.Derived(EventType.Of(e).Topic == Topics.Payments ? "payment-service" : "inventory-service", cause, EventType.Of(e).Name, Order);
}
