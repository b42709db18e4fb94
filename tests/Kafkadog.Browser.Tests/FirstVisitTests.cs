using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

/// <summary>A shop of its own, because its emptiness is the point.</summary>
public sealed class FirstVisitTests(BrowserShop shop) : IClassFixture<BrowserShop>
{
    [Fact]
    public async Task Empty_shop_has_one_button_and_it_leads_to_the_order_on_the_flow()
    {
        await using var tab = await shop.OpenAsync("/");
        var button = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Place the first order" });
        await Assertions.Expect(button).ToBeVisibleAsync();
        await tab.HasNoAccessibilityViolationsAsync();
        await tab.ShootAsync("01-overview-empty");

        await button.ClickAsync();
        await tab.Page.WaitForURLAsync("**/flow?order=*");
        await Assertions.Expect(tab.Page.GetByText("OrderCompleted").Filter(new() { Visible = true }).First).ToBeVisibleAsync();
        // One record on each of four topics, all of one order.
        await Assertions.Expect(tab.Page.Locator(".cell.pick")).ToHaveCountAsync(4);

        await tab.GoAsync("/");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Records right now" })).ToBeVisibleAsync();
    }
}
