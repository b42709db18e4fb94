using Bunit;
using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Story;

namespace Kafkadog.Dashboard.Tests.Story;

public sealed class StoryPageTests : PageContext
{
    [Fact]
    public void Text_that_is_no_order_id_is_explained() => Assert.Contains("Not an order id", Page("no-id").Markup);

    [Fact]
    public void Order_that_nobody_knows_is_explained()
    {
        GatewayIsReady();
        Shop.Answer = _ => Task.FromResult((404, """{"title":"There is no such order."}"""));

        var page = Page(Guid.NewGuid().ToString());

        page.WaitForAssertion(() => Assert.Contains("it never existed", page.Markup));
    }

    [Fact]
    public void Order_that_was_forgotten_here_is_told_by_the_gateway()
    {
        GatewayIsReady();
        Shop.Answer = _ => Task.FromResult((200, """
            {"orderId":"51b0aaaa-0000-4000-8000-00000000009e","userId":"<b>user</b>","items":[{"productId":"product-1","quantity":2,"price":999.99}],"total":1999.98,
             "paymentStatus":"AUTHORIZED","inventoryStatus":"RESERVED","status":"COMPLETED","createdAt":"2026-03-01T12:00:00Z","updatedAt":"2026-03-01T12:00:01Z",
             "timeline":[{"topic":"orders.v1","partition":1,"offset":7,"type":"OrderPlaced","time":"2026-03-01T12:00:00Z","attempts":0}]}
            """));

        var page = Page("51b0aaaa-0000-4000-8000-00000000009e");

        page.WaitForAssertion(() => Assert.Contains("p1 @ 7", page.Markup));
        Assert.Contains("Laptop × 2", page.Markup);
        Assert.Empty(page.FindAll("dd b"));
    }

    [Fact]
    public void Story_shows_its_records_with_links_to_the_console_and_who_got_them()
    {
        var script = OrderScript.TwoRetries();
        Observe(script);

        var page = Page(script.OrderId.ToString());

        Assert.Contains("OrderPlaced, retry 2", page.Markup);
        Assert.Contains("planned 0.99 s", page.Markup);
        Assert.Contains(page.FindAll("a"), a => a.GetAttribute("href") == "http://localhost:8080/topics/orders.v1/p/2/o/41");
        Assert.Contains("inventory-service-1", page.Markup);
        Assert.Contains("kafkadog consume orders.v1 --json | grep", page.Markup);
    }

    [Fact]
    public void Open_order_says_what_is_missing()
    {
        var script = new OrderScript();
        script.Write(0, nameof(OrderPlaced));
        Observe(script);

        Assert.Contains("PaymentAuthorized or PaymentDeclined", Page(script.OrderId.ToString()).Markup);
    }

    [Fact]
    public void Failure_text_of_a_service_stays_text()
    {
        var script = new OrderScript();
        var placed = script.Write(0, nameof(OrderPlaced));
        script.Deliver(placed, Groups.Payment, "payment-service-1", 10, 20, "retry", error: Hostile);
        Observe(script);

        var page = Page(script.OrderId.ToString());

        Assert.Empty(page.FindAll("script"));
        Assert.Empty(page.FindAll("[onmouseover]"));
    }

    [Fact]
    public void Text_that_turns_the_reading_direction_or_hides_is_shown_as_what_it_is()
    {
        var script = new OrderScript();
        var placed = script.Write(0, nameof(OrderPlaced));
        script.Deliver(placed, Groups.Inventory, "inventory-service-1", 10, 20, "retry", error: "no stock\u202e\u0000 server");
        script.Write(30, nameof(OrderRetry), "inventory-service-1", new(1, OrderScript.At(1300), Groups.Inventory, "no stock\u202e\u0000 server", null, new(placed.Topic, placed.Partition, placed.Offset), nameof(OrderPlaced)));
        var cancelled = script.Write(400, nameof(OrderCancelled));
        Observe(script, record => record switch
        {
            { Type: nameof(OrderPlaced) } => new OrderPlaced(script.OrderId, "eve\u202egnp", [new("product-1", 1, new(100), "Lap\u200btop\u0007")], new(100), record.At),
            _ when record == cancelled => new OrderCancelled(script.OrderId, "declined\u2066 by\u202e bank", record.At, "PAYMENT\u202e_DECLINED"),
            _ => null,
        });

        var page = Page(script.OrderId.ToString());

        foreach (var hidden in "\u202e\u2066\u200b\u0000\u0007")
        {
            Assert.DoesNotContain(hidden, page.Markup);
        }

        Assert.Contains("Lap⟨U+200B⟩top␇ × 1", page.Markup);
        Assert.Contains("declined⟨U+2066⟩ by⟨U+202E⟩ bank", page.Markup);
        Assert.Contains("no stock⟨U+202E⟩␀ server", page.Markup);
    }

    private IRenderedComponent<StoryPage> Page(string id) => Render<StoryPage>(p => p.Add(s => s.Id, id));

    private void Observe(OrderScript script, Func<ObservedRecord, IShopEvent?>? body = null) => Observation.Write(o =>
    {
        o.Kafka = new(KafkaState.Up, Time.GetUtcNow());
        foreach (var record in script.Records)
        {
            o.Add(record, body?.Invoke(record), record.At);
        }

        foreach (var entry in script.Entries)
        {
            o.Deliveries.Add(entry);
        }
    });
}
