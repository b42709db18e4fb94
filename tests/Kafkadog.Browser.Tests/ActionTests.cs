using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

/// <summary>What a person does on the pages, and what must come of it.</summary>
[Collection(BrowserShopCollection.Name)]
public sealed class ActionTests(BrowserShop shop)
{
    [Fact]
    public async Task Order_placed_on_the_page_is_followed_to_its_completion()
    {
        await using var tab = await shop.OpenAsync("/order");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "One Laptop more" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Place the order" }).ClickAsync();
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex("/orders/.+"));
        await Assertions.Expect(tab.Text("OrderCompleted")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Text("completed")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Failing_inventory_shows_retries_and_then_the_dead_letter()
    {
        await using var tab = await shop.OpenAsync("/");
        await shop.FaultAsync("inventory-service", new { mode = "throw", expiresInSeconds = 120 });
        try
        {
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.Region, new() { Name = "Failures switched on" })).ToBeVisibleAsync();
            var id = (await shop.PlaceAsync(1))[0];
            await tab.GoAsync($"/orders/{id}");
            await Assertions.Expect(tab.Text("orders.retry.v1")).ToBeVisibleAsync();
            await Assertions.Expect(tab.Text("orders.dlq.v1")).ToBeVisibleAsync();
            await tab.GoAsync("/dlq");
            await Assertions.Expect(tab.Text("inventory-service-group")).ToBeVisibleAsync();
            await Assertions.Expect(tab.Text("injected fault")).ToBeVisibleAsync();
        }
        finally
        {
            await shop.ClearFaultsAsync("inventory-service");
        }
    }

    [Fact]
    public async Task Killed_instance_is_told_with_before_and_after()
    {
        (await shop.Up.RunAsync("scale", "notification-service=2")).Succeeded();
        await using var tab = await shop.OpenAsync("/flow");
        await Assertions.Expect(tab.Page.Locator(".flow-member", new() { HasText = "notification-service-2" })).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator(".flow-member", new() { HasText = "notification-service-2" })).Not.ToContainTextAsync("idle");
        (await shop.Up.RunAsync("kill", "notification-service-2")).Succeeded();
        await Assertions.Expect(tab.Page.Locator(".flow-member", new() { HasText = "notification-service-2" })).ToHaveCountAsync(0);

        await tab.GoAsync("/rebalances?group=notification-service-group");
        var newest = tab.Text("notification-service-2");
        await Assertions.Expect(newest).ToBeVisibleAsync();
        await Assertions.Expect(tab.Text("killed")).ToBeVisibleAsync();
        await tab.HasNoAccessibilityViolationsAsync();
    }

    [Fact]
    public async Task Scrubbing_back_shows_the_shop_as_it_was()
    {
        var first = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(first);
        var between = DateTimeOffset.UtcNow;
        var second = (await shop.PlaceAsync(1))[0];
        await shop.OutcomeAsync(second);

        await using var tab = await shop.OpenAsync($"/orders?at={Uri.EscapeDataString(between.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture))}");
        await Assertions.Expect(tab.Page.Locator($"a[href*='{first}']").First).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator($"a[href*='{second}']")).ToHaveCountAsync(0);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Back to now" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator($"a[href*='{second}']").First).ToBeVisibleAsync();
    }
}
