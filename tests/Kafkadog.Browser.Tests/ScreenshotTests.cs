using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

/// <summary>
/// The first quarter of an hour of somebody new, in one go and in a shop of its own, because its emptiness at first is the point;
/// with a picture of each page worth keeping.
/// </summary>
public sealed class ScreenshotTests(TourShop shop) : IClassFixture<TourShop>
{
    [Fact]
    public async Task A_tour_of_the_dashboard_shows_what_happened_and_leaves_its_pictures()
    {
        await FirstVisitAsync();
        foreach (var id in await shop.PlaceAsync(20))
        {
            await shop.OutcomeAsync(id);
        }

        await ShootEverywhereAsync("/", "02-overview-20-orders", tab => Assertions.Expect(tab.Page.Locator(".cell").Nth(40)).ToBeAttachedAsync());
        await InvalidOrderAsync();
        await RetriesAsync();
        await ScaleAndFreezeAsync();
        await AnalyticsAndDeadLettersAsync();
        await KeyboardFocusAsync();
        await LagAsync();
    }

    /// <summary>An empty shop has one button, and it leads to the order on the flow.</summary>
    private async Task FirstVisitAsync()
    {
        await using var tab = await shop.OpenAsync("/");
        var button = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Place the first order" });
        await Assertions.Expect(button).ToBeVisibleAsync();
        await Assertions.Expect(tab.Text("One order makes four records")).ToBeVisibleAsync();
        await tab.HasNoAccessibilityViolationsAsync();
        await ShootEverywhereAsync(tab, "01-overview-empty");

        await button.ClickAsync();
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex(@"/flow\?order=.+"));
        await Assertions.Expect(tab.Text("OrderCompleted")).ToBeVisibleAsync();
        // One record on each of four topics, all of one order.
        await Assertions.Expect(tab.Page.Locator(".cell.pick")).ToHaveCountAsync(4);

        await tab.GoAsync("/");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Records right now" })).ToBeVisibleAsync();
    }

    private Task InvalidOrderAsync() => ShootEverywhereAsync("/order", "03-create-order-invalid", async tab =>
    {
        await tab.Page.GetByLabel("Customer").FillAsync("");
        await tab.Page.GetByLabel("Quantity of Laptop").FillAsync("many");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".problem")).ToHaveCountAsync(2);
        await tab.HasNoAccessibilityViolationsAsync();
    });

    private async Task RetriesAsync()
    {
        await shop.FaultAsync("inventory-service", new { mode = "throw", count = 2, expiresInSeconds = 300 });
        var id = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(id);
        await ShootEverywhereAsync($"/orders/{id}", "05-order-with-two-retries", async tab =>
        {
            await Assertions.Expect(tab.Text("orders.retry.v1")).ToBeVisibleAsync();
            // The second attempt comes from the journal of the service, a moment after its records.
            await Assertions.Expect(tab.Page.Locator(".swim").GetByText("✕ #2")).ToBeVisibleAsync();
        });
        var happy = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(happy);
        await ShootEverywhereAsync($"/orders/{happy}", "04-order-happy", tab => Assertions.Expect(tab.Text("OrderCompleted")).ToBeVisibleAsync());
    }

    private async Task ScaleAndFreezeAsync()
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

        await RebalanceAsync();
        await ShootEverywhereAsync("/rebalances?group=payment-service-group", "07-rebalance", async tab =>
        {
            await Assertions.Expect(tab.Text("rebalancing")).ToHaveCountAsync(0);
            await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Details" }).First.ClickAsync();
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.Table, new() { Name = "Owners before and after" })).ToBeVisibleAsync();
        });
        await ShootEverywhereAsync("/instances", "instances", tab => Assertions.Expect(tab.Text("frozen")).ToBeVisibleAsync());
        (await shop.Up.RunAsync("thaw", "payment-service-1")).Succeeded();
    }

    /// <summary>One member leaves and another cannot join again: the group is between two generations until that one's session times out.</summary>
    private async Task RebalanceAsync()
    {
        await using var tab = await shop.OpenAsync("/flow?group=payment-service-group");
        var underWay = tab.Page.GetByText("Payment rebalances");
        (await shop.Up.RunAsync("freeze", "payment-service-1")).Succeeded();
        (await shop.Up.RunAsync("stop", "payment-service-3")).Succeeded();
        await Assertions.Expect(underWay).ToBeVisibleAsync();
        await Assertions.Expect(tab.Text("waits for payment-service-1, which is frozen")).ToBeVisibleAsync();
        await ShootEverywhereAsync(tab, "07-flow-during-rebalance");
        await Assertions.Expect(underWay).ToHaveCountAsync(0);
        await Assertions.Expect(tab.Page.Locator(".flow-member")).ToHaveCountAsync(1);
    }

    private async Task AnalyticsAndDeadLettersAsync()
    {
        await shop.FaultAsync("inventory-service", new { mode = "throw", kind = "permanent", count = 1, expiresInSeconds = 300 });
        await shop.PlaceAsync(1);
        await ShootEverywhereAsync("/dlq", "19-dead-letters", tab => Assertions.Expect(tab.Text("inventory-service-group")).ToBeVisibleAsync());
        string[] pages = ["/", "/laptop", "/mouse", "/laptop", "/", "/headphones", "/laptop"];
        foreach (var (i, page) in pages.Index())
        {
            await shop.ViewAsync(page, $"session-{i % 3}");
        }

        await ShootEverywhereAsync("/analytics", "11-analytics", async tab =>
        {
            await Assertions.Expect(tab.Text("Laptop")).ToBeVisibleAsync();
            var views = tab.Page.GetByRole(AriaRole.Table, new() { Name = "Pages by views" }).GetByRole(AriaRole.Row, new() { Name = "/laptop" });
            await Assertions.Expect(views.GetByRole(AriaRole.Cell).Last).ToHaveTextAsync("3");
        });
    }

    /// <summary>The last step, as it leaves work behind: a record that is held up for a minute holds up its partition, and the lag only grows.</summary>
    private async Task LagAsync()
    {
        await shop.FaultAsync("notification-service", new { mode = "delay", delayMs = 60_000, expiresInSeconds = 600 });
        await shop.PlaceAsync(30);
        await ShootEverywhereAsync("/", "08-lag-and-fault", async tab =>
        {
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Failures switched on" })).ToBeVisibleAsync();
            var lag = tab.Page.GetByRole(AriaRole.Row, new() { Name = "notification-service-group" }).GetByRole(AriaRole.Cell).Nth(2);
            await Assertions.Expect(lag).ToHaveTextAsync(new Regex("^[1-9][0-9]$"));
            await tab.HasNoAccessibilityViolationsAsync();
        });
        await shop.ClearFaultsAsync("notification-service");
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
        await using var tab = await shop.OpenAsync(path);
        await isReady(tab);
        await ShootEverywhereAsync(tab, name);
    }

    private static async Task ShootEverywhereAsync(Tab tab, string name)
    {
        foreach (var (suffix, width, height, theme) in new[]
        {
            ("", 1440, 900, ColorScheme.Light), ("-dark", 1440, 900, ColorScheme.Dark),
            ("-medium", 760, 900, ColorScheme.Dark), ("-narrow", 390, 844, ColorScheme.Light),
        })
        {
            await tab.LookAsync(width, height, theme);
            await tab.DoesNotOverflowAsync();
            await tab.ShootAsync(name + suffix);
        }
    }
}
