using Bunit;
using Kafkadog.Dashboard.Analytics;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.Asking;
using Kafkadog.Dashboard.Tests.CreateOrder;

namespace Kafkadog.Dashboard.Tests.Analytics;

public sealed class AnalyticsPageTests : PageContext
{
    private string products = """[{"productId":"product-1","count":3,"revenue":2999.97},{"productId":"product-3","count":1,"revenue":199.99}]""";
    private string pages = """[{"page":"/laptop","views":7}]""";

    public AnalyticsPageTests() => Shop.Answer = path => Task.FromResult((200, path switch
    {
        _ when path.StartsWith("/metrics/analytics?", StringComparison.Ordinal) => $$"""{"topProducts":{{products}},"generatedAt":"2026-03-01T14:02:06.000Z","totalOrders":4,"totalRevenue":3199.96,"pageViews":7}""",
        _ when path.StartsWith("/metrics/pageviews?", StringComparison.Ordinal) => $$"""{"pages":{{pages}},"total":7}""",
        _ => """{"product-1":{"count":9,"revenue":8999.91,"lastUpdated":"2026-03-01T14:00:00.000Z"}}""",
    }));

    private void Analytics(ShopInstanceState state = ShopInstanceState.Ready) => Observation.Write(o => o.SetInstances(
        [new("analytics-service-1", "analytics-service", 1, FakeGateway.Url, state)], Time.GetUtcNow()));

    private IRenderedComponent<AnalyticsPage> Page(string address = "/analytics")
    {
        Navigation.NavigateTo(address);
        return Render<AnalyticsPage>();
    }

    [Fact]
    public void Figures_are_those_of_the_service_and_say_of_when()
    {
        Analytics();
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("3,199.96", page.Find("[aria-label=Totals]").TextContent, StringComparison.Ordinal));
        Assert.Contains("799.99", page.Find("[aria-label=Totals]").TextContent, StringComparison.Ordinal);
        Assert.Contains("As of 2026-03-01 14:02:06.000 UTC", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Laptop", page.Markup, StringComparison.Ordinal);
        Assert.Contains("width:33.3%", page.Markup, StringComparison.Ordinal);
        Assert.Contains("/laptop", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Period_and_basis_are_in_the_address_and_asked_for()
    {
        Analytics();
        var page = Page("/analytics?period=last_1h&basis=completed");

        page.WaitForAssertion(() => Assert.Contains(Shop.Requests, r => r.Path == "/metrics/analytics?period=last_1h&limit=10&basis=completed"));
        Assert.Equal(["1 hour", "Completed"], page.FindAll("[aria-current]").Select(a => a.TextContent));
        Assert.Contains("period=last_7d", page.FindAll("nav a")[2].GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("basis=completed", page.FindAll("nav a")[2].GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_period_is_asked_for_at_once()
    {
        Analytics();
        var page = Page();
        page.WaitForAssertion(() => Assert.Contains("3,199.96", page.Markup, StringComparison.Ordinal));

        Navigation.NavigateTo("/analytics?period=last_7d");

        page.WaitForAssertion(() => Assert.Contains(Shop.Requests, r => r.Path.Contains("period=last_7d", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Service_that_goes_down_leaves_its_last_good_answer_greyed()
    {
        Analytics();
        var page = Page();
        page.WaitForAssertion(() => Assert.Contains("Laptop", page.Markup, StringComparison.Ordinal));

        Shop.Answer = _ => throw new HttpRequestException("Connection refused");
        await Time.PassAsync(page, TimeSpan.FromSeconds(30));

        page.WaitForAssertion(() => Assert.Contains("Connection refused", page.Find("[role=alert]").TextContent, StringComparison.Ordinal));
        Assert.Contains("Laptop", page.Find(".panel-old").TextContent, StringComparison.Ordinal);
        Assert.Contains("nothing newer", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_service_is_to_be_started_and_the_lines_go_on()
    {
        Analytics(ShopInstanceState.Stopped);
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("analytics-service does not answer: stopped", page.Markup, StringComparison.Ordinal));
        Assert.Equal(3, page.FindAll(".chart-plot").Count);
    }

    [Fact]
    public void Nothing_sold_offers_to_place_an_order()
    {
        (products, pages) = ("[]", "[]");
        Analytics();
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("No order was placed in the last 24 hours.", page.Markup, StringComparison.Ordinal));
        Assert.Contains("curl", page.Find(".command").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_from_records_stay_text()
    {
        pages = $$"""[{"page":{{System.Text.Json.JsonSerializer.Serialize(Hostile + "\u202e")}},"views":7}]""";
        Analytics();
        var page = Page();

        page.WaitForAssertion(() => Assert.Contains("⟨U+202E⟩", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll("script, [onmouseover]"));
    }
}
