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
    public async Task Who_waits_for_an_outcome_is_woken_whichever_gateway_projects_it()
    {
        const string Second = "api-gateway-2";
        await using var shop = await TestShop.StartAsync(["inventory-service", "order-saga", "api-gateway"]);
        await shop.StartRoleAsync("api-gateway", Second);
        string[] gateways = ["api-gateway", Second];
        await TestShop.UntilAsync(async () => (await Task.WhenAll(gateways.Select(g => PartitionsAsync(shop[g])))).All(held => held > 0));

        // Whoever projects it, one of the two gateways is another one.

        var orders = new Dictionary<int, Guid>();
        while (orders.Count < 3)
        {
            var id = await shop.PlaceAsync();
            orders.TryAdd(Murmur2.PartitionOf(Encoding.UTF8.GetBytes(id.ToString()), 3), id);
        }

        var began = TimeProvider.System.GetTimestamp();
        var waiting = orders.Values.SelectMany(id => gateways.Select(g => shop[g].GetFromJsonAsync<JsonElement>($"/orders/{id}?waitFor=outcome&timeoutMs=30000", Token))).ToList();
        await shop.StartRoleAsync("payment-service");

        Assert.All(await Task.WhenAll(waiting), order => Assert.Equal("COMPLETED", order.GetProperty("status").GetString()));
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(25), "somebody waited to the end");
    }

    [Fact]
    public async Task Answers_for_an_order_that_never_comes_are_counted_in_an_idle_shop()
    {
        var clock = new ShiftedClock();
        await using var shop = await TestShop.StartAsync(clock, ["order-saga"]);
        await shop.ProduceAsync(new PaymentAuthorized(Guid.NewGuid(), Guid.NewGuid(), new(100), Utc.Truncate(DateTimeOffset.UtcNow)));
        using var orphans = shop.Gauge("saga.orphans");
        await TestShop.UntilAsync(async () => orphans.IsThere
            && (await shop["order-saga"].GetFromJsonAsync<JsonElement>("/journal", Token)).GetProperty("entries").EnumerateArray().Any(e => e.GetProperty("kind").GetString() == "delivery"));
        Assert.Equal(0, orphans.Read());

        clock.Shift = TimeSpan.FromMinutes(11);

        await TestShop.UntilAsync(() => Task.FromResult(orphans.Read() == 1));
    }

    [Fact]
    public async Task The_numbers_of_dead_letters_and_retries_equal_a_scan_of_their_topics()
    {
        var now = Utc.Truncate(DateTimeOffset.UtcNow);
        await using var shop = await TestShop.StartAsync(["dlq-worker"]);
        var random = new Random(4711);
        var original = new RawJson("{\"data\":{}}"u8.ToArray());
        for (var i = 0; i < 200; i++)
        {
            // Few originals and targets, so that attempts and dead letters of one meet.
            var source = new SourceRecord(Topics.Orders, 0, random.Next(30));
            var target = random.Next(2) == 0 ? Groups.Payment : Groups.Inventory;
            var at = now + TimeSpan.FromSeconds(random.Next(4) switch { 0 => -random.Next(100_000), 1 => 3600, _ => -random.Next(5, 40) });
            IShopEvent body = random.Next(3) == 0
                ? new OrderDLQ(original, 5, "e", at, at, target, "process", random.Next(2) == 0 ? "permanent" : "exhausted", source)
                : new OrderRetry(original, 1 + random.Next(5), at, 5, "e", now, target, source);
            await shop.ProduceAsync(body, headers: [(HeaderNames.ErrorClass, "E" + random.Next(3))]);
        }

        var letters = (await shop.ReadAsync(Topics.DeadLetters, _ => false, untilEnd: true)).Select(Entry.Of<OrderDLQ>).ToList();
        var attempts = (await shop.ReadAsync(Topics.Retry, _ => false, untilEnd: true)).Select(Entry.Of<OrderRetry>).ToList();
        Assert.Equal(200, letters.Count + attempts.Count);
        await TestShop.UntilAsync(async () => await NumbersAsync(shop) is var n
            && n.GetProperty("total").GetInt64() == letters.Count && n.GetProperty("retry").GetProperty("attemptsTotal").GetInt64() == attempts.Count);

        var numbers = await NumbersAsync(shop);
        var retry = numbers.GetProperty("retry");
        var due = attempts.Where(a => a.Body.RetryAt <= now && a.Body.RetryAt > now.AddSeconds(-55)
            && !attempts.Exists(b => b.Body.Source == a.Body.Source && b.Body.Target == a.Body.Target && b.Body.RetryAt > a.Body.RetryAt)
            && !letters.Exists(l => l.Body.Source == a.Body.Source && l.Body.Target == a.Body.Target && l.Body.FailedAt >= a.Body.RetryAt)).ToList();
        Assert.NotEmpty(due);
        Assert.Equal(due.Count, retry.GetProperty("dueNow").GetInt64());
        Assert.InRange(retry.GetProperty("oldestDueSeconds").GetInt64() - (now - due.Min(a => a.Body.RetryAt)).TotalSeconds, 0, 15);
        Assert.Equal(attempts.Count(a => a.Body.RetryAt > now), retry.GetProperty("scheduled").GetInt64());
        Assert.Equal(letters.Count, numbers.GetProperty("open").GetInt64());
        AssertCounts(letters.CountBy(l => l.Body.Target!), numbers.GetProperty("byTarget"));
        AssertCounts(letters.CountBy(l => l.Body.Kind!), numbers.GetProperty("byKind"));
        AssertCounts(letters.CountBy(l => l.ErrorClass!), numbers.GetProperty("byErrorClass"));
        AssertCounts(letters.CountBy(l => l.Body.Source!.Topic), numbers.GetProperty("byTopic"));
        Assert.InRange(numbers.GetProperty("oldestOpenAgeSeconds").GetInt64() - (now - letters.Min(l => l.Body.FailedAt)).TotalSeconds, 0, 60);
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

    private static Task<JsonElement> NumbersAsync(TestShop shop) => shop["dlq-worker"].GetFromJsonAsync<JsonElement>("/metrics/dlq", Token);

    private static void AssertCounts(IEnumerable<KeyValuePair<string, int>> expected, JsonElement actual) => Assert.Equal(
        expected.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => $"{e.Key} {e.Value}"),
        actual.EnumerateObject().OrderBy(e => e.Name, StringComparer.Ordinal).Select(e => $"{e.Name} {e.Value.GetInt64()}"));

    private static async Task<int> PartitionsAsync(HttpClient gateway) =>
        (await gateway.GetFromJsonAsync<JsonElement>("/admin/consumers", Token)).EnumerateArray()
        .Single(c => c.GetProperty("group").GetString() == Groups.GatewayProjection).GetProperty("assignment").GetArrayLength();

    private static class Entry
    {
        public static Entry<T> Of<T>(Confluent.Kafka.ConsumeResult<string, byte[]> record)
            where T : IShopEvent => new(
                (T)Assert.IsType<ParseResult.Event>(EventParser.Parse(record.Topic, null, null, record.Message.Value)).Envelope.Data,
                Text(record, HeaderNames.ErrorClass));

        private static string? Text(Confluent.Kafka.ConsumeResult<string, byte[]> record, string header) =>
            record.Message.Headers.TryGetLastBytes(header, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }

    private sealed record Entry<T>(T Body, string? ErrorClass);

    /// <summary>The real clock, or one that is ahead; timers run as ever.</summary>
    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
