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
