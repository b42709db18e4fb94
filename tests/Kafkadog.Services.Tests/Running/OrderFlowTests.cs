using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging.Diagnostics;

namespace Kafkadog.Services.Tests.Running;

/// <summary>Orders through all services of one shop.</summary>
public sealed class OrderFlowTests(OrderFlowTests.Running running) : IClassFixture<OrderFlowTests.Running>
{
    private readonly TestShop shop = running.Shop;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_completes_over_all_services_and_the_customer_is_told_once()
    {
        var orderId = await shop.PlaceAsync("product-2", 2, 699.99m);
        var order = await shop.OutcomeAsync(orderId);

        Assert.Equal("COMPLETED", order.GetProperty("status").GetString());
        await TestShop.UntilAsync(async () => await StockAsync("product-2", "committed") >= 2);
        await TestShop.UntilAsync(async () => (await EmailsAsync(orderId)).Any(e => e == "SENT order-completed"));
        Assert.Single(await EmailsAsync(orderId));
        await using var file = new FileStream(
            Path.Combine(shop.DataDirectory, "notification-service", "outbox", "emails.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var log = new StreamReader(file);
        Assert.Single((await log.ReadToEndAsync(Token)).Split('\n'), l => l.Contains(orderId.ToString(), StringComparison.Ordinal));

        await TestShop.UntilAsync(async () => (await TimelineAsync(orderId)).Count == 4);
        Assert.Equal(
            ["InventoryReserved", "OrderCompleted", "OrderPlaced", "PaymentAuthorized"],
            (await TimelineAsync(orderId)).Order(StringComparer.Ordinal));

        await TestShop.UntilAsync(async () => (await TopAsync("completed")).Contains("product-2"));
        Assert.Contains("product-2", await TopAsync("placed"));
    }

    [Fact]
    public async Task One_request_is_one_trace_through_every_service()
    {
        var trace = ActivityTraceId.CreateRandom();
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is MessagingActivities.SourceName or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId == trace)
                {
                    spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var caller = new ActivityContext(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

        var orderId = await shop.PlaceAsync("product-1", traceParent: $"00-{caller.TraceId}-{caller.SpanId}-01");
        await TestShop.UntilAsync(async () => (await EmailsAsync(orderId)).Any(e => e == "SENT order-completed"));
        await TestShop.UntilAsync(() => Task.FromResult(spans.Count(s => s.Kind == ActivityKind.Consumer) >= 12));

        // The request, the records it led to, and every group's handling of each.
        var request = Assert.Single(spans, s => s.Kind == ActivityKind.Server);
        Assert.Equal(caller.SpanId, request.ParentSpanId);
        Assert.Equal(
            ["send inventory.v1", "send orders.outcome.v1", "send orders.v1", "send payments.v1"],
            spans.Where(s => s.Kind == ActivityKind.Producer).Select(s => s.OperationName).Order(StringComparer.Ordinal));
        foreach (var (topic, group) in ((string, string)[])
        [
            (Topics.Orders, Groups.Payment), (Topics.Orders, Groups.Inventory), (Topics.Orders, Groups.OrderSaga), (Topics.Orders, Groups.GatewayProjection),
            (Topics.Payments, Groups.OrderSaga), (Topics.Inventory, Groups.OrderSaga), (Topics.Outcomes, Groups.Notification), (Topics.Outcomes, Groups.Analytics),
        ])
        {
            Assert.Single(spans, s => s.OperationName == "process " + topic && (string?)s.GetTagItem("messaging.consumer.group.name") == group);
        }

        // What was decided while handling OrderPlaced belongs to that span, though the outbox sent it later.
        var paid = Assert.Single(spans, s => s.OperationName == "send payments.v1");
        var handled = Assert.Single(spans, s => s.OperationName == "process orders.v1" && (string?)s.GetTagItem("messaging.consumer.group.name") == Groups.Payment);
        Assert.Equal(handled.SpanId, paid.ParentSpanId);
        Assert.Equal(request.SpanId, handled.ParentSpanId);
    }

    [Fact]
    public async Task An_order_for_more_than_there_is_is_cancelled_and_its_payment_given_back()
    {
        var before = await StockAsync("product-3", "available");
        var orderId = await shop.PlaceAsync("product-3", 1_000_000_000, 0.01m);
        var order = await shop.OutcomeAsync(orderId);

        Assert.Equal("INVENTORY_REJECTED", order.GetProperty("code").GetString());
        await TestShop.UntilAsync(async () => await FieldAsync(orderId, "paymentStatus") == "VOIDED");
        Assert.Equal("REJECTED", await FieldAsync(orderId, "inventoryStatus"));
        Assert.Equal(before, await StockAsync("product-3", "available"));
        await TestShop.UntilAsync(async () => (await SagaAsync(orderId)).GetProperty("compensation").GetString() == "DONE");
    }

    [Fact]
    public async Task The_same_event_again_changes_nothing()
    {
        var orderId = await shop.PlaceAsync("product-4", 3, 10m);
        await shop.OutcomeAsync(orderId);
        await TestShop.UntilAsync(async () => await StockAsync("product-4", "committed") == 3);

        var placed = (await shop.ReadAsync(Topics.Orders, r => r.Exists(x => x.Message.Key == orderId.ToString())))
            .First(x => x.Message.Key == orderId.ToString());
        await shop.ProduceAsync(Topics.Orders, placed.Message.Key, placed.Message.Value, "OrderPlaced");
        await PassedAsync();

        Assert.Equal(3, await StockAsync("product-4", "committed"));
        Assert.Equal(0, await StockAsync("product-4", "reserved"));
        Assert.Single(await EmailsAsync(orderId));
        Assert.Equal("COMPLETED", await FieldAsync(orderId, "status"));
    }

    [Fact]
    public async Task The_same_order_under_another_event_id_changes_nothing_and_another_content_is_a_dead_letter()
    {
        var order = new OrderPlaced(Guid.NewGuid(), "user-002", [new("product-5", 1, new(100))], new(100), Utc.Truncate(DateTimeOffset.UtcNow));
        await shop.ProduceAsync(order);
        await TestShop.UntilAsync(async () => await FieldAsync(order.OrderId, "status") == "COMPLETED");

        await shop.ProduceAsync(order);
        await shop.ProduceAsync(order with { Items = [new("product-5", 2, new(100))], Total = new(200) });

        var letters = await DeadLettersAsync(order.OrderId, 1);
        Assert.Equal(["order-saga-group"], letters.Select(l => l.Target));
        Assert.Equal("permanent", letters[0].Kind);
        await TestShop.UntilAsync(async () => await StockAsync("product-5", "committed") == 1);
        Assert.Equal("COMPLETED", await FieldAsync(order.OrderId, "status"));
    }

    [Fact]
    public async Task Answers_that_come_before_their_order_are_kept_for_it()
    {
        // Not from our participants: the saga sees both answers first, then the order.
        var order = new OrderPlaced(Guid.NewGuid(), "user-003", [new("product-6", 1, new(500))], new(500), Utc.Truncate(DateTimeOffset.UtcNow));
        var paymentId = EventIds.Named($"payment|{order.OrderId}");
        await shop.ProduceAsync(new InventoryReserved(order.OrderId, [new("product-6", 1, order.Ts)], order.Ts));
        await shop.ProduceAsync(new PaymentAuthorized(order.OrderId, paymentId, new(500), order.Ts));
        await PassedAsync();
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await shop.Gateway.GetAsync($"/orders/{order.OrderId}", Token)).StatusCode);

        await shop.ProduceAsync(order);

        var outcome = (await shop.ReadAsync(Topics.Outcomes, r => r.Exists(x => x.Message.Key == order.OrderId.ToString())))
            .Where(x => x.Message.Key == order.OrderId.ToString()).ToList();
        Assert.Contains("OrderCompleted", Encoding.UTF8.GetString(Assert.Single(outcome).Message.Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancellation_before_the_order_blocks_payment_and_stock()
    {
        var order = new OrderPlaced(Guid.NewGuid(), "user-004", [new("product-7", 1, new(500))], new(500), Utc.Truncate(DateTimeOffset.UtcNow));
        await shop.ProduceAsync(new OrderCancelled(order.OrderId, "changed my mind", order.Ts, CancelCodes.Customer));
        await PassedAsync();
        await shop.ProduceAsync(order);

        var paid = await shop.ReadAsync(Topics.Payments, r => r.Exists(x => x.Message.Key == order.OrderId.ToString()));
        Assert.Contains("ORDER_ALREADY_CANCELLED", Encoding.UTF8.GetString(paid.Last(x => x.Message.Key == order.OrderId.ToString()).Message.Value), StringComparison.Ordinal);
        var reserved = await shop.ReadAsync(Topics.Inventory, r => r.Exists(x => x.Message.Key == order.OrderId.ToString()));
        Assert.Contains("ORDER_ALREADY_CANCELLED", Encoding.UTF8.GetString(reserved.Last(x => x.Message.Key == order.OrderId.ToString()).Message.Value), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("empty", "EMPTY_VALUE")]
    [InlineData("tombstone", "EMPTY_VALUE")]
    [InlineData("no UTF-8", "NOT_UTF8")]
    [InlineData("cut off", "NOT_JSON")]
    [InlineData("wrong types", "INVALID_DATA")]
    [InlineData("other key", "INVALID_DATA")]
    public async Task A_record_nobody_can_use_is_a_dead_letter_of_each_group_that_met_it(string kind, string errorClass)
    {
        var key = Guid.NewGuid().ToString();
        var good = EventWriter.Write(new(
            Guid.NewGuid(), DateTimeOffset.UtcNow, Guid.NewGuid(), Guid.NewGuid(),
            new OrderPlaced(Guid.NewGuid(), "u", [new("p", 1, new(100))], new(100), DateTimeOffset.UtcNow)));
        byte[]? value = kind switch
        {
            "empty" => [],
            "tombstone" => null,
            "no UTF-8" => [0x7b, 0xff, 0x7d],
            "cut off" => good[..^20],
            "wrong types" => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good).Replace("\"quantity\":1", "\"quantity\":\"one\"", StringComparison.Ordinal)),
            _ => good,
        };
        var sent = await shop.ProduceAsync(Topics.Orders, key, value, "OrderPlaced");

        string[] groups = [Groups.Analytics, Groups.GatewayProjection, Groups.Inventory, Groups.OrderSaga, Groups.Payment];
        var letters = await LettersOfAsync(sent.Partition.Value, sent.Offset.Value, groups.Length);

        Assert.Equal(groups, letters.Select(l => l.Target).Order(StringComparer.Ordinal));
        Assert.All(letters, l => Assert.Equal(errorClass, l.ErrorClass));
        await TestShop.UntilAsync(async () =>
        {
            var numbers = await shop.Gateway.GetFromJsonAsync<JsonElement>("/metrics/dlq", Token);
            return numbers.GetProperty("byErrorClass").TryGetProperty(errorClass, out var count) && count.GetInt64() >= groups.Length;
        });
    }

    [Fact]
    public async Task A_type_of_the_future_is_skipped()
    {
        var value = """{"type":"OrderGiftWrapped","data":{}}"""u8.ToArray();
        var sent = await shop.ProduceAsync(Topics.Orders, "k", value, "OrderGiftWrapped");
        await PassedAsync();

        var letters = await shop.ReadAsync(Topics.DeadLetters, _ => true);
        Assert.DoesNotContain(letters, l => Encoding.UTF8.GetString(l.Message.Value).Contains($"\"partition\":{sent.Partition.Value},\"offset\":{sent.Offset.Value}}}", StringComparison.Ordinal)
            && Encoding.UTF8.GetString(l.Message.Value).Contains(Topics.Orders, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_snapshot_can_be_asked_for_and_appears_on_its_topic()
    {
        await shop.OutcomeAsync(await shop.PlaceAsync("product-8", 1, 149.99m));
        await TestShop.UntilAsync(async () => (await TopAsync("placed")).Contains("product-8"));

        using var response = await shop["analytics-service"].PostAsync("/metrics/snapshot", null, Token);
        response.EnsureSuccessStatusCode();

        var records = await shop.ReadAsync(Topics.Snapshots, r => r.Count >= 4);
        Assert.Equal(["last_1h", "last_24h", "last_30d", "last_7d"], records.Select(r => r.Message.Key).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_saga_counts_its_orders_and_finds_nothing_stuck()
    {
        await shop.OutcomeAsync(await shop.PlaceAsync());

        var stats = await shop["order-saga"].GetFromJsonAsync<JsonElement>("/order-saga/stats", Token);
        Assert.Equal(
            stats.GetProperty("total").GetInt64(),
            stats.GetProperty("pending").GetInt64() + stats.GetProperty("completed").GetInt64() + stats.GetProperty("cancelled").GetInt64());
        using var response = await shop["order-saga"].PostAsync("/order-saga/fix-stuck-orders", null, Token);
        Assert.Contains("0 of them", (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    /// <summary>An order of its own that went all the way: whatever was sent before it has been read.</summary>
    private async Task PassedAsync()
    {
        for (var partitions = new HashSet<int>(); partitions.Count < 3;)
        {
            var orderId = await shop.PlaceAsync();
            await shop.OutcomeAsync(orderId);
            partitions.Add(Murmur2.PartitionOf(Encoding.UTF8.GetBytes(orderId.ToString()), 3));
        }
    }

    private async Task<string?> FieldAsync(Guid orderId, string field)
    {
        using var response = await shop.Gateway.GetAsync($"/orders/{orderId}", Token);
        return response.IsSuccessStatusCode ? (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty(field).GetString() : null;
    }

    private async Task<List<string>> TimelineAsync(Guid orderId) =>
        [.. (await shop.Gateway.GetFromJsonAsync<JsonElement>($"/orders/{orderId}", Token)).GetProperty("timeline").EnumerateArray().Select(e => e.GetProperty("type").GetString()!)];

    private Task<JsonElement> SagaAsync(Guid orderId) => shop["order-saga"].GetFromJsonAsync<JsonElement>($"/order-saga/orders/{orderId}", Token);

    private async Task<long> StockAsync(string product, string count) =>
        (await shop["inventory-service"].GetFromJsonAsync<JsonElement>("/inventory", Token)).GetProperty(product).GetProperty(count).GetInt64();

    private async Task<List<string>> EmailsAsync(Guid orderId) =>
        [.. (await shop["notification-service"].GetFromJsonAsync<JsonElement>($"/emails?orderId={orderId}", Token)).EnumerateArray().Select(e => $"{e.GetProperty("state").GetString()} {e.GetProperty("kind").GetString()}")];

    private async Task<List<string>> TopAsync(string basis) =>
        [.. (await shop.Gateway.GetFromJsonAsync<JsonElement>($"/analytics/metrics?basis={basis}&limit=100", Token)).GetProperty("topProducts").EnumerateArray().Select(p => p.GetProperty("productId").GetString()!)];

    private Task<List<Letter>> DeadLettersAsync(Guid orderId, int count) => LettersAsync(l => l.OrderId == orderId.ToString(), count);

    private Task<List<Letter>> LettersOfAsync(int partition, long offset, int count) =>
        LettersAsync(l => l.Source == new SourceRecord(Topics.Orders, partition, offset), count);

    private async Task<List<Letter>> LettersAsync(Func<Letter, bool> wanted, int count) =>
        [.. (await shop.ReadAsync(Topics.DeadLetters, r => r.Select(Letter.Of).Count(wanted) >= count)).Select(Letter.Of).Where(wanted)];

    private sealed record Letter(string Target, string Kind, string ErrorClass, SourceRecord Source, string? OrderId)
    {
        public static Letter Of(Confluent.Kafka.ConsumeResult<string, byte[]> record)
        {
            var letter = (OrderDLQ)Assert.IsType<ParseResult.Event>(EventParser.Parse(Topics.DeadLetters, null, null, record.Message.Value)).Envelope.Data;
            return new(
                letter.Target!,
                letter.Kind!,
                Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(HeaderNames.ErrorClass)),
                letter.Source!,
                OriginalKey.Of(letter.OriginalEvent));
        }
    }

    public sealed class Running : IAsyncLifetime
    {
        internal TestShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Shop = await TestShop.StartAsync(TestShop.EveryRole);

        public ValueTask DisposeAsync() => Shop.DisposeAsync();
    }
}
