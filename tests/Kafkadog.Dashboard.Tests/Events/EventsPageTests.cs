using Bunit;
using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Events;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Events;

public sealed class EventsPageTests : PageContext
{
    private void Add(params ObservedRecord[] records) => Observation.Write(o =>
    {
        o.Kafka = new(KafkaState.Up, Time.GetUtcNow());
        foreach (var record in records)
        {
            o.Add(record, null, Time.GetUtcNow());
        }
    });

    private IRenderedComponent<EventsPage> Page(string address = "/events")
    {
        Navigation.NavigateTo(address);
        return Render<EventsPage>();
    }

    [Fact]
    public void Journal_waits_for_kafka() => Assert.NotEmpty(Page().FindAll(".skeleton"));

    [Fact]
    public void Quiet_shop_offers_to_place_an_order()
    {
        Add();

        Assert.Equal("/order", Page().Find(".empty a").GetAttribute("href"));
    }

    [Fact]
    public void Kafka_that_is_down_is_told_with_the_failed_call()
    {
        Observation.Write(o => o.Kafka = new(KafkaState.Down, Time.GetUtcNow(), "ListOffsets: Local_AllBrokersDown"));

        Assert.Contains("Local_AllBrokersDown", Page().Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Filters_come_from_the_address_and_can_be_cleared()
    {
        Add(Records.At(Time.GetUtcNow()));
        var page = Page("/events?topic=payments.v1&q=abc&failures=true");

        Assert.Equal("payments.v1", page.FindAll("select")[0].GetAttribute("value"));
        Assert.Equal("abc", page.Find("input[type=search]").GetAttribute("value"));
        Assert.True(page.Find("input[type=checkbox]").HasAttribute("checked"));
        Assert.Contains("0 of 1 match", page.Markup, StringComparison.Ordinal);

        page.FindAll("button").Single(b => b.TextContent == "Clear filter").Click();

        Assert.EndsWith("/events", Navigation.Uri, StringComparison.Ordinal);
        page.WaitForAssertion(() => Assert.Contains("1 of 1 records", page.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Chosen_filter_goes_into_the_address()
    {
        Add(Records.At(Time.GetUtcNow()));
        var page = Page("/events?topic=orders.v1");

        page.FindAll("select")[1].Change(nameof(OrderDLQ));
        Assert.EndsWith("/events?topic=orders.v1&type=OrderDLQ", Navigation.Uri, StringComparison.Ordinal);

        page.FindAll("select")[0].Change("");
        Assert.EndsWith("/events?type=OrderDLQ", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Search_waits_until_nothing_was_typed_for_a_moment()
    {
        Add(Records.At(Time.GetUtcNow()));
        var page = Page();

        page.Find("input[type=search]").Input("7d");
        page.Find("input[type=search]").Input("7d0f");
        Assert.EndsWith("/events", Navigation.Uri, StringComparison.Ordinal);
        Time.Advance(SearchField.Pause);

        page.WaitForAssertion(() => Assert.EndsWith("/events?q=7d0f", Navigation.Uri, StringComparison.Ordinal));
    }

    [Fact]
    public void Text_of_records_stays_text_and_hides_nothing()
    {
        Add(Records.At(Time.GetUtcNow(), type: null, key: Hostile + "\u202e", problem: Hostile, source: Hostile));
        var page = Page();

        Assert.Empty(page.FindAll("script, [onmouseover]"));
        Assert.Contains("<script>", page.Find("tbody .problem").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202e", page.Markup, StringComparison.Ordinal);
        Assert.Contains("⟨U+202E⟩", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_leads_to_the_order_the_console_and_its_details()
    {
        Add(Records.At(Time.GetUtcNow(), 40));
        var links = Page("/events?topic=orders.v1").FindAll("tbody a").Select(a => a.GetAttribute("href")!).ToList();

        Assert.Contains("/orders/7d0f1111-0000-4000-8000-000000000001", links);
        Assert.Contains("http://localhost:8080/topics/orders.v1/p/0/o/40", links);
        Assert.Contains(links, l => l.Contains("topic=orders.v1", StringComparison.Ordinal) && l.Contains("record=", StringComparison.Ordinal));
    }

    [Fact]
    public void Scrolling_holds_the_page_and_a_pill_tells_of_what_came()
    {
        Add(Records.At(Time.GetUtcNow(), 0));
        var page = Page();

        page.Find("[role=region]").TriggerEvent("onscroll", EventArgs.Empty);
        Assert.Equal(Time.GetUtcNow(), Viewer.At);

        Time.Advance(TimeSpan.FromSeconds(1));
        Add(Records.At(Time.GetUtcNow(), 1), Records.At(Time.GetUtcNow(), 2));
        page.Render();

        Assert.Single(page.FindAll("tbody th"));
        page.FindAll("button").Single(b => b.TextContent == "2 new, go on live").Click();
        Assert.True(Viewer.IsLive);
        page.WaitForAssertion(() => Assert.Equal(3, page.FindAll("tbody th").Count));
    }
}
