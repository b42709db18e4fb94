using Confluent.Kafka;
using Kafkadog.Contracts;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <summary>Every way an order can fail, through real processes; after each of them the books agree.</summary>
public sealed class FailingOrdersTests(FailingOrdersTests.WholeShop fixture) : IClassFixture<FailingOrdersTests.WholeShop>
{
    private static readonly Product Laptop = Contracts.Shop.Products[0];

    private RunningShop Shop => fixture.Shop;

    [Fact]
    public async Task A_declined_card_cancels_the_order_and_releases_its_stock()
    {
        await Shop.ConfigureAsync("payment-service", "declineRate", 1);
        var id = await Shop.PlaceAsync(Laptop, 1);
        Assert.Equal(CancelCodes.PaymentDeclined, await Shop.OutcomeAsync(id));
        await Shop.ConfigureAsync("payment-service", "declineRate", 0);

        var events = (await AuditAsync(id)).Of(id);

        Assert.Contains(events, e => e is PaymentDeclined { Code: PaymentDeclineCodes.CardDeclined });
        Assert.DoesNotContain(events, e => e is PaymentAuthorized);
    }

    [Fact]
    public async Task An_order_larger_than_the_stock_is_cancelled_and_its_payment_given_back()
    {
        var id = await Shop.PlaceAsync(Laptop, WholeShop.InitialStock + 1);
        Assert.Equal(CancelCodes.InventoryRejected, await Shop.OutcomeAsync(id));

        var events = (await AuditAsync(id)).Of(id);

        Assert.Contains(events, e => e is InventoryRejected { Code: InventoryRejectCodes.OutOfStock });
        Assert.DoesNotContain(events, e => e is InventoryReserved);
    }

    [Fact]
    public async Task An_order_nobody_answers_times_out_and_what_comes_late_is_harmless()
    {
        (await Shop.Up.RunAsync("stop", "payment-service")).Succeeded();
        var id = await Shop.PlaceAsync(Laptop, 1);
        Assert.Equal(CancelCodes.Timeout, await Shop.OutcomeAsync(id));

        (await Shop.Up.RunAsync("start", "payment-service")).Succeeded();
        var events = (await AuditAsync(id)).Of(id);

        Assert.Contains(events, e => e is InventoryReserved);
        Assert.Contains(events, e => e is InventoryReleased);
    }

    [Fact]
    public async Task The_same_record_again_changes_nothing()
    {
        var id = await Shop.PlaceAsync(Laptop, 2);
        Assert.Equal("COMPLETED", await Shop.OutcomeAsync(id));
        var before = (await AuditAsync(id)).Of(id);

        using (var producer = new ProducerBuilder<string?, byte[]?>(new ProducerConfig { BootstrapServers = Shop.Bootstrap }).Build())
        {
            var original = ShopRecords.Read(Shop.Bootstrap, Topics.Orders).Single(r => r.Message.Key == id.ToString());
            await producer.ProduceAsync(original.At.TopicPartition, original.Message, TestContext.Current.CancellationToken);
        }

        var after = (await AuditAsync(id)).Of(id);

        Assert.Equal(2, ShopRecords.Read(Shop.Bootstrap, Topics.Orders).Count(r => r.Message.Key == id.ToString()));
        Assert.Equal(before.Select(e => e.GetType().Name).Order(StringComparer.Ordinal), after.Select(e => e.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Work_that_keeps_failing_ends_as_a_dead_letter_that_is_counted()
    {
        var counted = await DeadLettersAsync();
        await Shop.ConfigureAsync("inventory-service", "failureRate", 1);
        var id = await Shop.PlaceAsync(Laptop, 1);
        Assert.Equal(CancelCodes.Timeout, await Shop.OutcomeAsync(id));
        await Shop.Up.UntilAsync(async () => await DeadLettersAsync() > counted, "a dead letter in the numbers");
        await Shop.ConfigureAsync("inventory-service", "failureRate", 0);

        var events = (await AuditAsync(id)).Of(id);
        var letters = ShopRecords.Read(Shop.Bootstrap, Topics.DeadLetters);

        Assert.Contains(letters, r => r.Message.Key == id.ToString() && r.Event?.Data is OrderDLQ { Target: Groups.Inventory });
        Assert.Equal(letters.Count, await DeadLettersAsync());
        Assert.Contains(events, e => e is PaymentVoided or PaymentRefunded);
    }

    [Fact]
    public async Task The_metrics_of_each_process_say_what_happened_with_few_labels()
    {
        string[] roles = ["payment-service", "inventory-service", "analytics-service"];
        var before = await ScrapeAsync(roles);
        var troubled = new OrderPlaced(
            Guid.NewGuid(), "user-001", [new(Laptop.ProductId, 1, Laptop.Price)], Laptop.Price, Utc.Truncate(DateTimeOffset.UtcNow));
        await Shop.InjectAsync("inventory-service", new { mode = "throw", count = 2, match = new { orderId = troubled.OrderId } });
        await Shop.InjectAsync("analytics-service", new { mode = "throw", kind = "permanent", count = 1, match = new { orderId = troubled.OrderId, topic = Topics.Orders } });

        // Three orders, and one that comes twice, which the inventory handles at the third attempt and analytics never.
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Equal("COMPLETED", await Shop.OutcomeAsync(await Shop.PlaceAsync(Laptop, 1)));
        }

        var envelope = new Envelope(Guid.NewGuid(), DateTimeOffset.UtcNow, Guid.NewGuid(), Guid.NewGuid(), troubled);
        using (var producer = new ProducerBuilder<string?, byte[]?>(new ProducerConfig { BootstrapServers = Shop.Bootstrap }).Build())
        {
            foreach (var _ in Enumerable.Range(0, 2))
            {
                var record = new Message<string?, byte[]?> { Key = ((IShopEvent)troubled).Key, Value = EventWriter.Write(envelope) };
                await producer.ProduceAsync(new TopicPartition(Topics.Orders, 0), record, TestContext.Current.CancellationToken);
                await AuditAsync(troubled.OrderId);
            }
        }

        var after = before;
        double Rise(string role, string name, params (string, string)[] labels) => after[role].Sum(name, labels) - before[role].Sum(name, labels);
        double Handled(string role, string group, string result) => Rise(
            role, "messaging_process_duration_seconds_count", ("topic", Topics.Orders), ("group", group), ("event_type", "OrderPlaced"), ("result", result));
        await Shop.Up.UntilAsync(
            async () =>
            {
                after = await ScrapeAsync(roles);
                return Handled("analytics-service", Groups.Analytics, "dlq") > 0 && Handled("inventory-service", Groups.Inventory, "duplicate") > 0
                    && Handled("payment-service", Groups.Payment, "duplicate") > 0 && roles.All(r => after[r].Sum("kafkadog_outbox_pending") == 0);
            },
            "the numbers of this run");

        Assert.Equal((4, 1, 0), (Handled("payment-service", Groups.Payment, "ok"), Handled("payment-service", Groups.Payment, "duplicate"), Handled("payment-service", Groups.Payment, "retry")));
        Assert.Equal((4, 1, 2), (Handled("inventory-service", Groups.Inventory, "ok"), Handled("inventory-service", Groups.Inventory, "duplicate"), Handled("inventory-service", Groups.Inventory, "retry")));
        Assert.Equal(1, Rise("inventory-service", "kafkadog_inbox_duplicates_total", ("consumer", Groups.Inventory), ("event_type", "OrderPlaced")));
        Assert.Equal(2, Rise("inventory-service", "kafkadog_retries_total"));
        Assert.Equal(2, Rise("inventory-service", "kafkadog_retries_total", ("target", Groups.Inventory)));
        Assert.Equal(0, Rise("inventory-service", "kafkadog_dlq_total"));
        Assert.Equal(1, Rise("analytics-service", "kafkadog_dlq_total", ("target", Groups.Analytics), ("kind", "permanent"), ("error_class", "InjectedFaultException")));
        Assert.Equal(4, Rise("payment-service", "messaging_client_sent_messages_total", ("topic", Topics.Payments)));
        Assert.All(roles, r => Assert.Contains(after[r].Samples, s => s.Name == "kafkadog_outbox_pending"));

        // A label is one of a few: never an order, an event or a user, and no name has hundreds of series. (target_info is the process itself.)
        var samples = after.Values.SelectMany(s => s.Samples).Where(s => s.Name != "target_info").ToList();
        Assert.DoesNotContain(samples.SelectMany(s => s.Labels.Values), v => v.Contains("user-", StringComparison.Ordinal) || HasId(v));
        Assert.All(samples.Where(s => !s.Labels.ContainsKey("le")).CountBy(s => s.Name), n => Assert.InRange(n.Value, 1, 200));
    }

    private static bool HasId(string text) => text.Split('/', ' ', ',').Any(part => Guid.TryParse(part, out _));

    private async Task<Dictionary<string, Scrape>> ScrapeAsync(string[] roles)
    {
        var scrapes = new Dictionary<string, Scrape>(StringComparer.Ordinal);
        foreach (var role in roles)
        {
            scrapes[role] = new(await Shop.MetricsAsync(role));
        }

        return scrapes;
    }

    private async Task<Ledger> AuditAsync(Guid accepted)
    {
        var ledger = await Shop.SettledAsync([accepted]);
        Assert.Empty(ledger.Violations());
        return ledger;
    }

    private async Task<long> DeadLettersAsync() => (await Shop.GetAsync("dlq-worker", "/metrics/dlq"))["total"]!.GetValue<long>();

    public sealed class WholeShop : IAsyncLifetime
    {
        public const int InitialStock = 50;

        internal RunningShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Shop = await RunningShop.StartAsync(null, InitialStock, "--fast", "OrderSaga:DeadlineSeconds=5");

        public ValueTask DisposeAsync() => Shop.DisposeAsync();
    }
}
