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

    private IRenderedComponent<StoryPage> Page(string id) => Render<StoryPage>(p => p.Add(s => s.Id, id));

    private void Observe(OrderScript script) => Observation.Write(o =>
    {
        o.Kafka = new(KafkaState.Up, Time.GetUtcNow());
        foreach (var record in script.Records)
        {
            o.Add(record, body: null, record.At);
        }

        foreach (var entry in script.Entries)
        {
            o.Deliveries.Add(entry);
        }
    });
}
