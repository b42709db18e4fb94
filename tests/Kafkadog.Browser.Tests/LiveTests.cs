using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

[Collection(BrowserShopCollection.Name)]
public sealed class LiveTests(BrowserShop shop)
{
    [Fact]
    public async Task Order_that_somebody_else_places_appears_without_a_reload()
    {
        await using var tab = await shop.OpenAsync("/flow");
        var id = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(id);
        await tab.Page.GetByLabel("One order").FillAsync(id.ToString());
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".cell.pick")).ToHaveCountAsync(4);
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex($"order={id}"));
    }

    [Fact]
    public async Task Paused_page_stands_still_says_so_and_goes_on()
    {
        var before = await shop.PlaceAsync(1);
        await shop.OutcomeAsync(before[0]);
        await using var tab = await shop.OpenAsync("/");
        var newest = tab.Page.Locator(".panel", new() { HasText = "Whole story" }).GetByRole(AriaRole.Heading, new() { Level = 2 });
        await Assertions.Expect(newest).ToContainTextAsync(Short(before[0]));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Live", Exact = true }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Paused", Exact = true })).ToBeVisibleAsync();

        var after = await shop.PlaceAsync(1);
        await shop.OutcomeAsync(after[0]);
        await Assertions.Expect(tab.Text("new since")).ToBeVisibleAsync();
        await Assertions.Expect(newest).ToContainTextAsync(Short(before[0]));
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex("at="));

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Back to now" }).ClickAsync();
        await Assertions.Expect(newest).ToContainTextAsync(Short(after[0]));
    }

    [Fact]
    public async Task Broker_that_goes_down_is_explained_and_the_page_heals_by_itself()
    {
        await using var tab = await shop.OpenAsync("/");
        (await shop.Up.RunAsync("kill", "broker-1")).Succeeded();
        await Assertions.Expect(tab.Text("does not answer")).ToBeVisibleAsync();
        await IsAccessibleInBothThemesAsync(tab);
        await tab.ShootAsync("20-broker-down");

        (await shop.Up.RunAsync("start", "broker-1")).Succeeded();
        await Assertions.Expect(tab.Text("broker on")).ToBeVisibleAsync();
        var id = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(id);
        await Assertions.Expect(tab.Page.Locator(".panel", new() { HasText = "Whole story" }).GetByRole(AriaRole.Heading, new() { Level = 2 })).ToContainTextAsync(Short(id));
    }

    [Fact]
    public async Task Dashboard_that_was_restarted_is_back_in_the_same_tab_without_a_click()
    {
        await using var tab = await shop.OpenAsync("/help");
        tab.ExpectsTrouble = true;
        (await shop.Up.RunAsync("kill", "dashboard-1")).Succeeded();
        await Assertions.Expect(tab.Page.Locator("body[data-interactive=false]")).ToBeVisibleAsync();
        await tab.ShootAsync("21-reconnect-bar");
        await IsAccessibleInBothThemesAsync(tab);
        (await shop.Up.RunAsync("start", "dashboard-1")).Succeeded();
        await tab.InteractiveAsync();
        await Assertions.Expect(tab.Text("broker on")).ToBeVisibleAsync();
    }

    private static async Task IsAccessibleInBothThemesAsync(Tab tab)
    {
        foreach (var theme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await tab.LookAsync(1440, 900, theme);
            await tab.HasNoAccessibilityViolationsAsync();
        }
    }

    private static string Short(Guid id) => "…" + id.ToString()[^6..];
}
