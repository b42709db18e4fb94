using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Running;

/// <summary>Faults that are asked for over HTTP, and what the journal and the dead letters say of them.</summary>
public sealed class ChaosApiTests(ChaosApiTests.Running running) : IClassFixture<ChaosApiTests.Running>
{
    private readonly TestShop shop = running.Shop;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_injected_failures_are_two_retries_and_then_a_success()
    {
        var orderId = Guid.NewGuid();
        var fault = await InjectAsync("inventory-service", new { mode = "throw", count = 2, match = new { orderId } });
        await PlaceAsync(orderId);

        await TestShop.UntilAsync(async () => (await DeliveriesAsync("inventory-service", orderId)).Count >= 3);
        var deliveries = (await DeliveriesAsync("inventory-service", orderId)).Where(d => Text(d, "eventType") == "OrderPlaced").ToList();
        Assert.Equal(["0 retry", "1 retry", "2 ok"], deliveries.Select(d => $"{d.GetProperty("attempt")} {Text(d, "result")}"));
        Assert.Equal([3, 3, 1], deliveries.Select(d => d.GetProperty("tries").GetInt32()));
        Assert.StartsWith($"injected fault {fault}: transient failure", Text(deliveries[0], "errorMessage"), StringComparison.Ordinal);
        Assert.Equal("inventory-service-group", Text(deliveries[0], "group"));
        Assert.False(deliveries[0].GetProperty("duplicate").GetBoolean());
        Assert.NotEmpty(Text(deliveries[0], "memberId"));
        Assert.False(deliveries[1].TryGetProperty("memberId", out _));
        Assert.True(deliveries[0].GetProperty("receivedAt").GetDateTimeOffset() <= deliveries[0].GetProperty("startedAt").GetDateTimeOffset());

        var status = await shop["inventory-service"].GetFromJsonAsync<JsonElement>($"/chaos/{fault}", Token);
        Assert.Equal(("used-up", 2, 0), (Text(status, "state"), status.GetProperty("hits").GetInt32(), status.GetProperty("remaining").GetInt32()));
        var hits = status.GetProperty("lastHits").EnumerateArray().ToList();
        Assert.Equal([orderId.ToString(), orderId.ToString()], hits.Select(h => Text(h, "key")));
        Assert.All(hits, h => Assert.Equal((Topics.Orders, "OrderPlaced"), (Text(h, "topic"), Text(h, "eventType"))));

        Assert.Equal("COMPLETED", Text(await OutcomeAsync(orderId), "status"));
    }

    [Fact]
    public async Task A_permanent_failure_is_a_dead_letter_that_can_be_read_in_full()
    {
        var orderId = Guid.NewGuid();
        var fault = await InjectAsync("inventory-service", new { mode = "throw", kind = "permanent", count = 1, match = new { orderId } });
        await PlaceAsync(orderId);

        var letter = (await LettersAsync(orderId, 1))[0];
        Assert.Equal(("OPEN", "permanent", "process", "inventory-service-group"), (Text(letter, "status"), Text(letter, "kind"), Text(letter, "stage"), Text(letter, "target")));
        Assert.StartsWith($"injected fault {fault}: permanent failure", Text(letter, "errorMessage"), StringComparison.Ordinal);

        var full = await shop.Gateway.GetFromJsonAsync<JsonElement>($"/dlq/{Text(letter, "dlqId")}", Token);
        var placed = (await shop.ReadAsync(Topics.Orders, r => r.Exists(x => x.Message.Key == orderId.ToString()))).Last(x => x.Message.Key == orderId.ToString());
        Assert.Equal((placed.Topic, placed.Partition.Value, placed.Offset.Value), (
            Text(full.GetProperty("original"), "topic"), full.GetProperty("original").GetProperty("partition").GetInt32(), full.GetProperty("original").GetProperty("offset").GetInt64()));
        Assert.Equal(placed.Message.Value, full.GetProperty("originalBase64").GetBytesFromBase64());
        Assert.Equal(System.Text.Encoding.UTF8.GetString(placed.Message.Value), Text(full, "originalText"));
        Assert.Equal(orderId, full.GetProperty("originalEvent").GetProperty("data").GetProperty("orderId").GetGuid());
        Assert.Equal("OrderDLQ", Text(full.GetProperty("body"), "type"));
        Assert.Contains(full.GetProperty("headers").EnumerateArray(), h => Text(h, "key") == "x-error-class" && Text(h, "value") == "InjectedFaultException");
        Assert.Equal(["dead-lettered"], full.GetProperty("history").EnumerateArray().Select(h => Text(h, "what")));

        var filtered = await shop.Gateway.GetFromJsonAsync<JsonElement>($"/dlq?fingerprint={Text(letter, "fingerprint")}&kind=permanent&status=OPEN", Token);
        Assert.Contains(filtered.GetProperty("letters").EnumerateArray(), l => Text(l, "orderId") == orderId.ToString());
    }

    [Fact]
    public async Task A_failure_that_goes_on_ends_in_the_dead_letters_with_its_history()
    {
        var orderId = Guid.NewGuid();
        await InjectAsync("inventory-service", new { mode = "throw", match = new { orderId, topic = Topics.Orders } });
        await PlaceAsync(orderId);

        var letter = (await LettersAsync(orderId, 1))[0];
        Assert.Equal(("exhausted", 2), (Text(letter, "kind"), letter.GetProperty("retries").GetInt32()));
        JsonElement full = default;
        await TestShop.UntilAsync(async () =>
        {
            full = await shop.Gateway.GetFromJsonAsync<JsonElement>($"/dlq/{Text(letter, "dlqId")}", Token);
            return full.GetProperty("history").GetArrayLength() == 3;
        });
        Assert.Equal(
            ["retry-scheduled 1", "retry-scheduled 2", "dead-lettered 2"],
            full.GetProperty("history").EnumerateArray().Select(h => $"{Text(h, "what")} {h.GetProperty("attempt")}"));
        Assert.Contains(await DeliveriesAsync("inventory-service", orderId), d => Text(d, "result") == "dlq" && Text(d, "errorKind") == "exhausted");
    }

    [Fact]
    public async Task The_index_of_dead_letters_equals_a_scan_of_the_topic()
    {
        var orders = Enumerable.Range(0, 5).Select(_ => Guid.NewGuid()).ToList();
        foreach (var orderId in orders)
        {
            await InjectAsync("payment-service", new { mode = "throw", kind = "permanent", count = 1, match = new { orderId } });
            await PlaceAsync(orderId);
            await LettersAsync(orderId, 1);
        }

        // Every group that reads orders gives this one up: five letters more.
        await shop.ProduceAsync(Topics.Orders, "no json", [1, 2, 3], "OrderPlaced");
        await TestShop.UntilAsync(async () =>
        {
            var known = (await AllLettersAsync(pageSize: 2)).Select(l => l.GetProperty("dlqId").GetGuid()).ToList();
            return known.Count >= orders.Count + 5 && (await shop.ReadAsync(Topics.DeadLetters, r => r.Select(Id).Distinct().Count() >= known.Count)).Select(Id).ToHashSet().SetEquals(known);
        });

        var letters = await AllLettersAsync(pageSize: 500);
        var causes = await shop.Gateway.GetFromJsonAsync<JsonElement>("/dlq/fingerprints", Token);
        Assert.Equal(letters.Count, causes.EnumerateArray().Sum(c => c.GetProperty("count").GetInt32()));
        Assert.Contains(causes.EnumerateArray(), c => Text(c, "target") == Groups.Payment && c.GetProperty("count").GetInt32() >= 5 && Text(c, "errorClass") == "InjectedFaultException");
        var timeline = await shop.Gateway.GetFromJsonAsync<JsonElement>("/dlq/timeline?minutes=60", Token);
        var buckets = timeline.GetProperty("buckets").EnumerateArray().ToList();
        Assert.Equal(60, buckets.Count);
        Assert.Equal(
            letters.CountBy(l => Text(l, "kind")).OrderBy(k => k.Key, StringComparer.Ordinal),
            ((string[])["exhausted", "permanent", "poison"]).Select(k => KeyValuePair.Create(k, buckets.Sum(b => b.GetProperty(k).GetInt32()))).Where(k => k.Value > 0)!);

        Assert.Equal(HttpStatusCode.BadRequest, (await shop.Gateway.GetAsync("/dlq?status=LOST&limit=0&cursor=x", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.Gateway.GetAsync($"/dlq/{Guid.NewGuid()}", Token)).StatusCode);
    }

    [Fact]
    public async Task The_next_payment_is_declined_and_the_next_reservation_rejected_on_demand()
    {
        var declined = Guid.NewGuid();
        await InjectAsync("payment-service", new { mode = "decline", count = 1, match = new { orderId = declined } });
        await PlaceAsync(declined);
        Assert.Equal("PAYMENT_DECLINED", Text(await OutcomeAsync(declined), "code"));

        var rejected = Guid.NewGuid();
        await InjectAsync("inventory-service", new { mode = "reject", count = 1, match = new { orderId = rejected } });
        await PlaceAsync(rejected);
        Assert.Equal("INVENTORY_REJECTED", Text(await OutcomeAsync(rejected), "code"));
    }

    [Fact]
    public async Task Faults_are_listed_ended_and_refused_when_they_make_no_sense()
    {
        var fault = await InjectAsync("notification-service", new { mode = "delay", delayMs = 10, point = "before-database-commit", expiresInSeconds = 5 });
        var list = await shop["notification-service"].GetFromJsonAsync<JsonElement>("/chaos", Token);
        Assert.Equal("notification-service", Text(list, "service"));
        Assert.Contains(list.GetProperty("faults").EnumerateArray(), f => f.GetProperty("id").GetInt32() == fault && Text(f, "state") == "active" && f.GetProperty("delayMs").GetInt32() == 10);
        Assert.Equal(["throw", "delay", "decline"], (await shop["payment-service"].GetFromJsonAsync<JsonElement>("/chaos", Token)).GetProperty("modes").EnumerateArray().Select(m => m.GetString()));

        Assert.Equal(HttpStatusCode.NoContent, (await shop["notification-service"].DeleteAsync($"/chaos/{fault}", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await shop["notification-service"].DeleteAsync($"/chaos/{fault}", Token)).StatusCode);
        await InjectAsync("notification-service", new { mode = "throw", match = new { orderId = "nobody" } });
        using var cleared = await shop["notification-service"].DeleteAsync("/chaos", Token);
        Assert.Equal(1, (await cleared.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("removed").GetInt32());

        using var refused = await shop["notification-service"].PostAsJsonAsync("/chaos", new { mode = "decline", often = 3 }, Token);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType?.MediaType));
        Assert.Equal(["mode", "often"], problem.GetProperty("errors").EnumerateArray().Select(e => Text(e, "field")).Order(StringComparer.Ordinal));

        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/chaos") { Content = JsonContent.Create(new { mode = "throw" }), Headers = { Host = "shop.example" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await shop["notification-service"].SendAsync(foreign, Token)).StatusCode);
    }

    [Fact]
    public async Task The_journal_streams_what_was_sent_and_delivered_from_where_a_reader_stopped()
    {
        var page = await shop["inventory-service"].GetFromJsonAsync<JsonElement>("/journal?limit=1", Token);
        var start = page.GetProperty("start").GetGuid();
        var after = page.GetProperty("latest").GetInt64();
        await using var stream = await shop["inventory-service"].GetStreamAsync($"/journal/stream?after={after}&start={start}", Token);
        var orderId = await shop.PlaceAsync("product-8");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TestShop.Patience);

        List<JsonElement> seen = [];
        var names = new List<string>();
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(stream).EnumerateAsync(patience.Token))
        {
            names.Add(item.EventType);
            if (item.EventType != "entry")
            {
                continue;
            }

            var entry = JsonDocument.Parse(item.Data).RootElement;
            Assert.Equal(entry.GetProperty("sequence").ToString(), item.EventId);
            seen.Add(entry);
            if (seen.Exists(e => IsOf(e, orderId) && Text(e, "kind") == "sent") && seen.Exists(e => IsOf(e, orderId) && Text(e, "kind") == "delivery"))
            {
                break;
            }
        }

        Assert.Equal("connected", names[0]);
        Assert.Equal(Enumerable.Range(0, seen.Count).Select(i => after + 1 + i), seen.Select(e => e.GetProperty("sequence").GetInt64()));
        var sent = seen.First(e => IsOf(e, orderId) && Text(e, "kind") == "sent");
        var published = (await shop.ReadAsync(Topics.Inventory, r => r.Exists(x => x.Message.Key == orderId.ToString()))).First(x => x.Message.Key == orderId.ToString());
        Assert.Equal(
            (Topics.Inventory, published.Partition.Value, published.Offset.Value, "InventoryReserved"),
            (Text(sent, "topic"), sent.GetProperty("partition").GetInt32(), sent.GetProperty("offset").GetInt64(), Text(sent, "eventType")));

        var polled = await shop["inventory-service"].GetFromJsonAsync<JsonElement>($"/journal?after={after}&start={start}&limit=2000", Token);
        Assert.Equal(after + 1, polled.GetProperty("entries")[0].GetProperty("sequence").GetInt64());
        var restarted = await shop["inventory-service"].GetFromJsonAsync<JsonElement>($"/journal?after={after}&start={Guid.NewGuid()}", Token);
        Assert.Equal(restarted.GetProperty("oldest").GetInt64(), restarted.GetProperty("entries")[0].GetProperty("sequence").GetInt64());
        Assert.Equal(HttpStatusCode.BadRequest, (await shop["inventory-service"].GetAsync("/journal?limit=0", Token)).StatusCode);

        var all = await shop["inventory-service"].GetFromJsonAsync<JsonElement>("/journal?after=0&limit=2000", Token);
        var assigned = all.GetProperty("entries").EnumerateArray().Where(e => Text(e, "kind") == "assigned" && Text(e, "group") == Groups.Inventory).ToList();
        Assert.Contains(assigned, e => e.GetProperty("partitions").EnumerateArray().Any(p => Text(p, "topic") == Topics.Orders));
    }

    private static bool IsOf(JsonElement entry, Guid orderId) => Text(entry, "key") == orderId.ToString();

    private static string Text(JsonElement element, string field) => element.TryGetProperty(field, out var value) ? value.GetString() ?? "" : "";

    private static Guid Id(Confluent.Kafka.ConsumeResult<string, byte[]> record) =>
        Assert.IsType<ParseResult.Event>(EventParser.Parse(Topics.DeadLetters, null, null, record.Message.Value)).Envelope.Id;

    private async Task<int> InjectAsync(string role, object fault)
    {
        using var response = await shop[role].PostAsJsonAsync("/chaos", fault, Token);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("id").GetInt32();
        Assert.Equal($"/chaos/{id}", response.Headers.Location!.OriginalString);
        return id;
    }

    private async Task<JsonElement> OutcomeAsync(Guid orderId)
    {
        // The order did not come through the gateway, which has to read it first.
        await TestShop.UntilAsync(async () => (await shop.Gateway.GetAsync($"/orders/{orderId}", Token)).IsSuccessStatusCode);
        return await shop.OutcomeAsync(orderId);
    }

    private Task PlaceAsync(Guid orderId) => shop.ProduceAsync(
        new OrderPlaced(orderId, "user-001", [new("product-1", 1, new(100))], new(100), Utc.Truncate(DateTimeOffset.UtcNow)));

    private async Task<List<JsonElement>> DeliveriesAsync(string role, Guid orderId)
    {
        var page = await shop[role].GetFromJsonAsync<JsonElement>("/journal?after=0&limit=2000", Token);
        return [.. page.GetProperty("entries").EnumerateArray().Where(e => Text(e, "kind") == "delivery" && IsOf(e, orderId) && Text(e, "topic") == Topics.Orders)];
    }

    private async Task<List<JsonElement>> LettersAsync(Guid orderId, int count)
    {
        List<JsonElement> letters = [];
        await TestShop.UntilAsync(async () =>
        {
            var page = await shop.Gateway.GetFromJsonAsync<JsonElement>($"/dlq?orderId={orderId}", Token);
            letters = [.. page.GetProperty("letters").EnumerateArray()];
            return letters.Count >= count;
        });
        return letters;
    }

    private async Task<List<JsonElement>> AllLettersAsync(int pageSize)
    {
        List<JsonElement> all = [];
        string? cursor = null;
        do
        {
            var page = await shop.Gateway.GetFromJsonAsync<JsonElement>($"/dlq?limit={pageSize}{(cursor is null ? "" : "&cursor=" + cursor)}", Token);
            all.AddRange(page.GetProperty("letters").EnumerateArray());
            cursor = Text(page, "nextCursor") is { Length: > 0 } next ? next : null;
        }
        while (cursor is not null);

        return all;
    }

    public sealed class Running : IAsyncLifetime
    {
        internal TestShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Shop = await TestShop.StartAsync(TestShop.EveryRole, "--Messaging:Retry:BaseDelay=00:00:00.050", "--Messaging:Retry:MaxAttempts=2");

        public ValueTask DisposeAsync() => Shop.DisposeAsync();
    }
}
