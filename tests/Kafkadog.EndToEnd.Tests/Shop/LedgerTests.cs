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

    private static void Names(string rule, IReadOnlyList<string> violations) =>
        Assert.Contains(violations, v => v.StartsWith(rule, StringComparison.Ordinal) && v.Contains(Order.ToString(), StringComparison.Ordinal));

    private static IReadOnlyList<string> Violations(Stock stock, int emails, params IShopEvent[] events) => new Ledger(
        [.. events.Select((e, i) => new ShopRecord(
            new TopicPartitionOffset("t", 0, i),
            new Message<string?, byte[]?>(),
            new Envelope(Guid.NewGuid(), Now, Guid.Empty, Guid.Empty, e)))],
        [Order],
        new Dictionary<string, Stock>(StringComparer.Ordinal) { ["p"] = stock },
        [.. Enumerable.Repeat(Order, emails)],
        new HashSet<Guid>(),
        initialStock: 10).Violations();
}
