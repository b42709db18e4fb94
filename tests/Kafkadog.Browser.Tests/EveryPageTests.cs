using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

[Collection(BrowserShopCollection.Name)]
public sealed class EveryPageTests(BrowserShop shop)
{
    public static TheoryData<string> Pages { get; } =
        ["/", "/order", "/order?mode=burst", "/order?mode=broken", "/orders", "/flow", "/flow?view=table", "/instances", "/rebalances", "/analytics", "/dlq", "/events", "/help", "/no-such-page"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Page_is_accessible_in_both_themes_and_fits_every_width(string path)
    {
        // One load for all: a page follows its theme and its width.
        await using var tab = await shop.OpenAsync(path);
        tab.ExpectsTrouble = path == "/no-such-page";
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await tab.LookAsync(1440, 900, theme);
            await tab.HasNoAccessibilityViolationsAsync();
            foreach (var width in new[] { 1440, 760, 390 })
            {
                await tab.LookAsync(width, 900, theme);
                await tab.DoesNotOverflowAsync();
            }

            await tab.HasNoAccessibilityViolationsAsync();
        }
    }

    [Fact]
    public async Task Every_page_has_a_title_of_its_own_and_one_heading()
    {
        HashSet<string> titles = [];
        await using var tab = await shop.OpenAsync("/");
        foreach (var path in new[] { "/", "/order", "/orders", "/flow", "/instances", "/rebalances", "/analytics", "/dlq", "/events", "/help" })
        {
            await tab.GoAsync(path);
            await Assertions.Expect(tab.Heading).ToHaveCountAsync(1);
            var title = $"{await tab.Heading.TextContentAsync()} · kafkadog";
            await Assertions.Expect(tab.Page).ToHaveTitleAsync(title);
            Assert.True(titles.Add(title), $"{path} has the title of another page");
        }
    }

    [Fact]
    public async Task Keyboard_goes_to_pages_and_opens_the_cell_of_a_record()
    {
        await shop.OutcomeAsync((await shop.PlaceAsync(1))[0]);
        await using var tab = await shop.OpenAsync("/");
        await tab.Page.Keyboard.PressAsync("g");
        await tab.Page.Keyboard.PressAsync("f");
        await Assertions.Expect(tab.Heading).ToHaveTextAsync("Live flow");

        var cell = tab.Page.Locator("[data-name='orders.v1 p0'] .cell, [data-name='orders.v1 p1'] .cell, [data-name='orders.v1 p2'] .cell").First;
        await cell.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByText("x-event-type")).ToBeVisibleAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tab.Page.GetByText("x-event-type")).ToBeHiddenAsync();
    }
}
