using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Running;

/// <summary>Shops with other settings, or with a service missing for a while.</summary>
public sealed class AlteredShopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_declined_card_cancels_the_order_and_frees_its_stock()
    {
        await using var shop = await TestShop.StartAsync(["payment-service", "inventory-service", "order-saga", "api-gateway"]);
        using var declines = await shop["payment-service"].PutAsJsonAsync("/settings", new { minDelayMs = 0, maxDelayMs = 0, failureRate = 0, declineRate = 1 }, Token);
        declines.EnsureSuccessStatusCode();

        var orderId = await shop.PlaceAsync("product-1", 5);
        var order = await shop.OutcomeAsync(orderId);

        Assert.Equal("PAYMENT_DECLINED", order.GetProperty("code").GetString());
        // The read model takes its topics in any order, so the outcome may be there before what led to it.
        await TestShop.UntilAsync(async () => (await OrderAsync(shop, orderId)).GetProperty("paymentStatus").GetString() == "DECLINED");

        // The cancellation may reach the inventory before the order does: then it refuses instead of releasing.
        await TestShop.UntilAsync(async () => (await OrderAsync(shop, orderId)).GetProperty("inventoryStatus").GetString() is "RELEASED" or "REJECTED");
        var stock = (await shop["inventory-service"].GetFromJsonAsync<JsonElement>("/inventory", Token)).GetProperty("product-1");
        Assert.Equal((100, 0, 0), (stock.GetProperty("available").GetInt32(), stock.GetProperty("reserved").GetInt32(), stock.GetProperty("committed").GetInt32()));

        using var nonsense = await shop["payment-service"].PutAsJsonAsync("/settings", new { declineRate = 2 }, Token);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, nonsense.StatusCode);
    }

    [Fact]
    public async Task An_order_without_an_answer_times_out_and_a_late_participant_does_nothing()
    {
        await using var shop = await TestShop.StartAsync(["payment-service", "order-saga", "api-gateway"], "--OrderSaga:DeadlineSeconds=1");
        var orderId = await shop.PlaceAsync();

        Assert.Equal("TIMEOUT", (await shop.OutcomeAsync(orderId)).GetProperty("code").GetString());
        await TestShop.UntilAsync(async () => (await OrderAsync(shop, orderId)).GetProperty("paymentStatus").GetString() == "VOIDED");

        // It reads orders.v1 and orders.outcome.v1 in either order; both end with the stock untouched.
        await shop.StartRoleAsync("inventory-service");
        await TestShop.UntilAsync(async () => (await OrderAsync(shop, orderId)).GetProperty("inventoryStatus").GetString() is "REJECTED" or "RELEASED");
        var stock = (await shop["inventory-service"].GetFromJsonAsync<JsonElement>("/inventory", Token)).GetProperty("product-1");
        Assert.Equal(100, stock.GetProperty("available").GetInt32());
        Assert.Equal("CANCELLED", (await OrderAsync(shop, orderId)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_sagas_own_outage_cancels_nothing()
    {
        await using var shop = await TestShop.StartAsync(["payment-service", "inventory-service", "order-saga", "api-gateway"], "--OrderSaga:DeadlineSeconds=5");

        // The saga knows the order and misses its answers: payment and inventory are given no chance before it stops.
        await shop.StopRoleAsync("payment-service");
        await shop.StopRoleAsync("inventory-service");
        var before = await shop.PlaceAsync();
        await TestShop.UntilAsync(async () => (await shop["order-saga"].GetAsync($"/order-saga/orders/{before}", Token)).IsSuccessStatusCode);
        await shop.StopRoleAsync("order-saga");
        await shop.StartRoleAsync("payment-service");
        await shop.StartRoleAsync("inventory-service");
        foreach (var topic in (string[])[Topics.Payments, Topics.Inventory])
        {
            await shop.ReadAsync(topic, r => r.Exists(x => x.Message.Key == before.ToString()));
        }

        var deadline = DateTimeOffset.UtcNow.AddSeconds(5);
        await TestShop.UntilAsync(() => Task.FromResult(DateTimeOffset.UtcNow > deadline));
        await shop.StartRoleAsync("order-saga");

        Assert.Equal("COMPLETED", (await shop.OutcomeAsync(before)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Transient_failures_are_retried_until_the_order_completes()
    {
        await using var shop = await TestShop.StartAsync(["payment-service", "inventory-service", "order-saga", "dlq-worker", "api-gateway"], "--Messaging:Retry:BaseDelay=00:00:00.050");
        using var flaky = await shop["payment-service"].PutAsJsonAsync("/settings", new { minDelayMs = 0, maxDelayMs = 0, failureRate = 0.6, declineRate = 0 }, Token);
        flaky.EnsureSuccessStatusCode();

        var orders = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.PlaceAsync()));
        var retried = await shop.ReadAsync(Topics.Retry, r => r.Count > 0);
        var retry = (OrderRetry)Assert.IsType<ParseResult.Event>(EventParser.Parse(Topics.Retry, null, null, retried[0].Message.Value)).Envelope.Data;
        Assert.Equal(Groups.Payment, retry.Target);
        Assert.Equal(1, retry.RetryCount);
        Assert.Equal("OrderPlaced", Encoding.UTF8.GetString(retried[0].Message.Headers.GetLastBytes(HeaderNames.EventType)));

        foreach (var orderId in orders)
        {
            Assert.Equal("COMPLETED", (await shop.OutcomeAsync(orderId)).GetProperty("status").GetString());
        }

        await TestShop.UntilAsync(async () =>
            (await shop["dlq-worker"].GetFromJsonAsync<JsonElement>("/metrics/dlq", Token)).GetProperty("retry").GetProperty("attemptsTotal").GetInt64() >= retried.Count);
    }

    [Fact]
    public async Task A_service_that_restarts_goes_on_where_it_was()
    {
        await using var shop = await TestShop.StartAsync(["payment-service", "inventory-service", "order-saga", "api-gateway"]);
        await shop.OutcomeAsync(await shop.PlaceAsync("product-1", 1));
        await shop.StopRoleAsync("inventory-service");
        var orders = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.PlaceAsync("product-1", 1)));
        await shop.StartRoleAsync("inventory-service");

        foreach (var orderId in orders)
        {
            Assert.Equal("COMPLETED", (await shop.OutcomeAsync(orderId)).GetProperty("status").GetString());
        }

        await TestShop.UntilAsync(async () =>
            (await shop["inventory-service"].GetFromJsonAsync<JsonElement>("/inventory", Token)).GetProperty("product-1").GetProperty("committed").GetInt32() == 11);
    }

    [Fact]
    public async Task Topics_are_created_once_and_a_wrong_number_of_partitions_is_refused()
    {
        Kafkadog.Messaging.NativeKafka.Load();
        await using var broker = await Kafkadog.Broker.KafkaBroker.StartAsync(new() { Port = 0, AutoCreateTopics = false }, Token);
        var options = new Kafkadog.Services.Shared.TopicProvisioningOptions(broker.BootstrapServers);

        Assert.Equal(Topics.All.Count, (await Kafkadog.Services.Shared.TopicProvisioning.EnsureAsync(options, Token)).Count);
        Assert.Empty(await Kafkadog.Services.Shared.TopicProvisioning.EnsureAsync(options, Token));

        using var admin = new Confluent.Kafka.AdminClientBuilder(new Confluent.Kafka.AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreatePartitionsAsync([new() { Topic = Topics.Orders, IncreaseTo = 5 }]);
        var refused = await Assert.ThrowsAsync<Kafkadog.Services.Shared.TopicMismatchException>(
            () => Kafkadog.Services.Shared.TopicProvisioning.EnsureAsync(options, Token));
        Assert.Contains("orders.v1 has 5 partitions, not 3", refused.Message, StringComparison.Ordinal);
    }

    private static Task<JsonElement> OrderAsync(TestShop shop, Guid orderId) =>
        shop.Gateway.GetFromJsonAsync<JsonElement>($"/orders/{orderId}", Token);
}
