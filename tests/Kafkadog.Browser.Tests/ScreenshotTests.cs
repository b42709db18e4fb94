using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

/// <summary>What happens in a session of a quarter of an hour, in one go, with a picture of each page worth keeping.</summary>
public sealed class ScreenshotTests(BrowserShop shop) : IClassFixture<BrowserShop>
{
    [Fact]
    public async Task A_tour_of_the_dashboard_shows_what_happened_and_leaves_its_pictures()
    {
        foreach (var id in await shop.PlaceAsync(20))
        {
            await shop.OutcomeAsync(id);
        }

        await ShootEverywhereAsync("/", "02-overview-20-orders", tab => Assertions.Expect(tab.Page.Locator(".cell").Nth(40)).ToBeAttachedAsync());
        await InvalidOrderAsync();
        await RetriesAsync();
        await ScaleAndKillAsync();
        await AnalyticsAndDeadLettersAsync();
        await KeyboardFocusAsync();
    }

    private async Task InvalidOrderAsync()
    {
        await using var tab = await shop.OpenAsync("/order");
        await tab.ShootAsync("03-create-order");
    }

    private async Task RetriesAsync()
    {
        await shop.FaultAsync("inventory-service", new { mode = "throw", count = 2, expiresInSeconds = 300 });
        var id = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(id);
        await ShootEverywhereAsync($"/orders/{id}", "05-order-with-two-retries", async tab =>
        {
            await Assertions.Expect(tab.Page.GetByText("orders.retry.v1").Filter(new() { Visible = true }).First).ToBeVisibleAsync();
        });
        var happy = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(happy);
        await ShootEverywhereAsync($"/orders/{happy}", "04-order-happy", tab => Assertions.Expect(tab.Page.GetByText("OrderCompleted").Filter(new() { Visible = true }).First).ToBeVisibleAsync());
    }

    private async Task ScaleAndKillAsync()
    {
        (await shop.Up.RunAsync("scale", "payment-service=3")).Succeeded();
        foreach (var id in await shop.PlaceAsync(10))
        {
            await shop.OutcomeAsync(id);
        }

        await ShootEverywhereAsync("/", "02b-overview-scaled", tab => Assertions.Expect(tab.Page.Locator(".cell").Nth(40)).ToBeAttachedAsync());
        await ShootEverywhereAsync("/flow", "06-flow-three-members", async tab =>
        {
            await Assertions.Expect(tab.Page.Locator(".flow-member", new() { HasText = "payment-service-3" })).ToBeVisibleAsync();
        });

        (await shop.Up.RunAsync("kill", "payment-service-2")).Succeeded();
        await using var tab = await shop.OpenAsync("/rebalances?group=payment-service-group");
        await Assertions.Expect(tab.Page.GetByText("payment-service-2").First).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByText("was killed").Or(tab.Page.GetByText("killed")).First).ToBeVisibleAsync();
        await tab.ShootAsync("07-rebalance");
        await tab.GoAsync("/instances");
        await tab.ShootAsync("instances");
    }

    private async Task AnalyticsAndDeadLettersAsync()
    {
        await shop.FaultAsync("inventory-service", new { mode = "throw", kind = "permanent", count = 1, expiresInSeconds = 300 });
        await shop.PlaceAsync(1);
        await using var tab = await shop.OpenAsync("/dlq");
        await Assertions.Expect(tab.Page.GetByText("inventory-service-group").First).ToBeVisibleAsync();
        await tab.ShootAsync("19-dead-letters");
        await tab.GoAsync("/analytics");
        await Assertions.Expect(tab.Page.GetByText("Laptop").First).ToBeVisibleAsync();
        await tab.ShootAsync("11-analytics");
    }

    private async Task KeyboardFocusAsync()
    {
        await using var tab = await shop.OpenAsync("/events");
        await tab.Page.Keyboard.PressAsync("Tab");
        await tab.Page.Keyboard.PressAsync("Tab");
        await tab.ShootAsync("22-keyboard-focus");
    }

    private async Task ShootEverywhereAsync(string path, string name, Func<Tab, Task> isReady)
    {
        foreach (var (suffix, width, height, theme) in new[]
        {
            ("", 1440, 900, ColorScheme.Light), ("-dark", 1440, 900, ColorScheme.Dark), ("-narrow", 390, 844, ColorScheme.Light),
        })
        {
            await using var tab = await shop.OpenAsync(path, width, height, theme);
            await isReady(tab);
            await tab.ShootAsync(name + suffix);
        }
    }
}
