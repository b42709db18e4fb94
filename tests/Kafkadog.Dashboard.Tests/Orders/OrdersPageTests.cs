using Bunit;
using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Orders;

namespace Kafkadog.Dashboard.Tests.Orders;

public sealed class OrdersPageTests : PageContext
{
    [Fact]
    public void Empty_shop_explains_itself_and_one_button_places_an_order()
    {
        GatewayIsReady();
        Observation.Write(o => o.Kafka = new(KafkaState.Up, Time.GetUtcNow()));
        var page = Render<OrdersPage>();

        Assert.Contains("nobody has come", page.Markup);
        page.FindAll("button").Single(b => b.TextContent == "Place one order").Click();

        page.WaitForAssertion(() => Assert.EndsWith("/orders/51b0aaaa-0000-4000-8000-00000000009e", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Kafka_that_is_down_is_told_with_the_failed_call()
    {
        Observation.Write(o => o.Kafka = new(KafkaState.Down, Time.GetUtcNow(), "ListOffsets: Local_AllBrokersDown"));

        Assert.Contains("ListOffsets: Local_AllBrokersDown", Render<OrdersPage>().Find("[role=alert]").TextContent);
    }

    [Fact]
    public void Text_of_a_record_stays_text()
    {
        Place(Hostile, Hostile);
        var page = Render<OrdersPage>();

        Assert.Empty(page.FindAll("script"));
        Assert.Empty(page.FindAll("[onmouseover]"));
        Assert.Contains("<script>", page.Find("tbody").TextContent);
    }

    [Fact]
    public void Text_that_turns_the_reading_direction_or_hides_is_shown_as_what_it_is()
    {
        Place("eve\u202egnp.exe", "Lap\u200btop\n\u0007");
        var page = Render<OrdersPage>();

        Assert.DoesNotContain('\u202e', page.Markup);
        Assert.DoesNotContain('\u200b', page.Markup);
        Assert.DoesNotContain('\u0007', page.Markup);
        Assert.Contains("eve⟨U+202E⟩gnp.exe", page.Find("tbody").TextContent);
        Assert.Contains("Lap⟨U+200B⟩top␊␇ × 1", page.Find("tbody").TextContent);
    }

    [Fact]
    public void Row_opens_the_story_of_its_order()
    {
        var order = Place("user-001", "Laptop");

        Assert.Equal($"/orders/{order}", Render<OrdersPage>().Find("tbody th a").GetAttribute("href"));
    }

    [Fact]
    public void Filter_is_in_the_address_and_one_that_hides_all_can_be_cleared()
    {
        Observation.Write(o => o.Kafka = new(KafkaState.Up, Time.GetUtcNow()));
        Place("user-001", "Laptop");
        Navigation.NavigateTo("/orders?status=failed&q=user-001");
        var page = Render<OrdersPage>();

        Assert.Contains("0 of 1 match", page.Markup);
        Assert.Equal("user-001", page.Find("#orders-search").GetAttribute("value"));
        Assert.Equal("page", page.FindAll(".tabs a").Single(a => a.TextContent.StartsWith("Failed", StringComparison.Ordinal)).GetAttribute("aria-current"));

        page.FindAll("button").Single(b => b.TextContent == "Clear filter").Click();

        Assert.EndsWith("/orders", Navigation.Uri, StringComparison.Ordinal);
    }

    private Guid Place(string user, string product)
    {
        var id = Guid.NewGuid();
        var at = Time.GetUtcNow();
        Observation.Write(o => o.Add(
            new(new(Topics.Orders, 0), 0, at, id.ToString(), nameof(OrderPlaced), id, Guid.NewGuid(), null, "api-gateway", 100, null),
            new OrderPlaced(id, user, [new("product-1", 1, new(100), product)], new(100), at),
            at));
        return id;
    }
}
