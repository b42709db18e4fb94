using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kafkadog.EndToEnd.Tests;
using Microsoft.Playwright;

[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Kafkadog.Browser.Tests;

/// <summary>A whole shop as real processes, and a real browser that looks at its dashboard.</summary>
public class BrowserShop : IAsyncLifetime
{
    private readonly HttpClient http = new() { Timeout = Executable.Patience };
    private IPlaywright? playwright;
    private IBrowser? browser;
    private RunningUp? up;

    public static string Artifacts { get; } = Directory.CreateDirectory(Path.Combine(Executable.Root, "artifacts", "screenshots")).FullName;

    internal RunningUp Up => up!;

    /// <summary>Short, as the tests that kill an instance wait for it.</summary>
    protected virtual TimeSpan SessionTimeout => TimeSpan.FromSeconds(6);

    public string Address => $"http://127.0.0.1:{Up.Ports["dashboard"]}";

    public async ValueTask InitializeAsync()
    {
        if (Chromium.Path is null)
        {
            return;
        }

        up = await RunningUp.StartAsync(
            null,
            "--fast",
            $"Messaging:SessionTimeout={SessionTimeout}",
            "Messaging:Retry:BaseDelay=00:00:00.050",
            "Payment:Seed=7");
        Assertions.SetDefaultExpectTimeout((float)Executable.Patience.TotalMilliseconds);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = Chromium.Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        http.Dispose();
        if (browser is not null)
        {
            await browser.CloseAsync();
        }

        playwright?.Dispose();
        if (up is not null)
        {
            await up.DisposeAsync();
        }
    }

    /// <summary>A tab of its own that watches for what must never happen.</summary>
    public async Task<Tab> OpenAsync(string path, int width = 1440, int height = 900, ColorScheme theme = ColorScheme.Light)
    {
        Assert.SkipWhen(Chromium.Path is null, Chromium.Missing);
        var context = await browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = theme,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = "Europe/Berlin",
        });
        var tab = new Tab(context, await context.NewPageAsync(), Address);
        await tab.GoAsync(path);
        return tab;
    }

    /// <summary>Places orders through the gateway; their ids.</summary>
    public async Task<IReadOnlyList<Guid>> PlaceAsync(int count, int quantity = 1)
    {
        List<Guid> ids = [];
        for (var i = 0; i < count; i++)
        {
            var product = Contracts.Shop.Products[i % Contracts.Shop.Products.Count];
            using var answer = await http.PostAsJsonAsync(
                new Uri($"http://127.0.0.1:{Up.Ports["api-gateway"]}/orders"),
                new { userId = Contracts.Shop.Users[i % 5], items = new[] { new { productId = product.ProductId, quantity, price = product.Price.ToDecimal(), name = product.Name } } },
                TestContext.Current.CancellationToken);
            ids.Add((await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["orderId"]!.GetValue<Guid>());
        }

        return ids;
    }

    /// <summary>Tells the gateway of a page that somebody looked at, as a shop's front does.</summary>
    public async Task ViewAsync(string page, string session)
    {
        using var answer = await http.PostAsJsonAsync(
            new Uri($"http://127.0.0.1:{Up.Ports["api-gateway"]}/pageviews"), new { page, sessionId = session }, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async Task<JsonNode> OutcomeAsync(Guid orderId) => (await http.GetFromJsonAsync<JsonNode>(
        new Uri($"http://127.0.0.1:{Up.Ports["api-gateway"]}/orders/{orderId}?waitFor=outcome&timeoutMs=20000"), TestContext.Current.CancellationToken))!;

    /// <summary>Switches a fault on in the first instance of a role.</summary>
    public async Task FaultAsync(string role, object fault)
    {
        using var answer = await http.PostAsJsonAsync(new Uri($"http://127.0.0.1:{Up.Ports[role]}/chaos"), fault, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async Task ClearFaultsAsync(string role)
    {
        using var answer = await http.DeleteAsync(new Uri($"http://127.0.0.1:{Up.Ports[role]}/chaos"), TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}

/// <summary>The shop of the tour: long enough for a look at what goes on until the coordinator gives a frozen member up.</summary>
public sealed class TourShop : BrowserShop
{
    protected override TimeSpan SessionTimeout => TimeSpan.FromSeconds(15);
}

[CollectionDefinition(Name)]
public sealed class BrowserShopCollection : ICollectionFixture<BrowserShop>
{
    public const string Name = "a shop in a browser";
}
