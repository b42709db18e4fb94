using Confluent.Kafka;
using Microsoft.Playwright;

namespace Kafkadog.Benchmarks.Dashboard;

/// <summary>The system's Chromium, and tabs that count what they are sent.</summary>
internal sealed class Browser(IPlaywright playwright, IBrowser browser) : IAsyncDisposable
{
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    public static async Task<Browser> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Arguments }));
    }

    public async Task<Tab> OpenAsync(string address)
    {
        var context = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var tab = new Tab(context, await context.NewPageAsync());
        await tab.Page.GotoAsync(address);
        await tab.Page.Locator("body[data-interactive=true]").WaitForAsync();
        return tab;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }
}

internal sealed class Tab : IAsyncDisposable
{
    private readonly IBrowserContext context;
    private long frames;
    private long bytes;

    public Tab(IBrowserContext context, IPage page)
    {
        (this.context, Page) = (context, page);
        page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            Interlocked.Increment(ref frames);
            Interlocked.Add(ref bytes, frame.Binary?.Length ?? frame.Text?.Length ?? 0);
        };
    }

    public IPage Page { get; }

    public long Frames => Interlocked.Read(ref frames);

    public long Bytes => Interlocked.Read(ref bytes);

    public void Reset()
    {
        Interlocked.Exchange(ref frames, 0);
        Interlocked.Exchange(ref bytes, 0);
    }

    /// <summary>Notes when each cell comes into the page.</summary>
    public Task WatchCellsAsync() => Page.EvaluateAsync("""
        () => {
          window.seenCells = [];
          new MutationObserver(changes => {
            for (const change of changes) for (const node of change.addedNodes)
              if (node.classList?.contains('cell')) window.seenCells.push([node.getAttribute('aria-label'), Date.now()]);
          }).observe(document.querySelector('.tapes'), { childList: true, subtree: true });
        }
        """);

    public async Task<Dictionary<TopicPartitionOffset, DateTimeOffset>> SeenCellsAsync()
    {
        var seen = new Dictionary<TopicPartitionOffset, DateTimeOffset>();
        foreach (var cell in (await Page.EvaluateAsync("() => window.seenCells"))!.Value.EnumerateArray())
        {
            // Such as "07: orders.v1 p1, offset 107".
            var words = cell[0].GetString()!.Split([": ", " p", ", offset "], StringSplitOptions.None);
            seen.TryAdd(new(words[1], int.Parse(words[2]), long.Parse(words[3])), DateTimeOffset.FromUnixTimeMilliseconds(cell[1].GetInt64()));
        }

        return seen;
    }

    public async Task<double> HeapBytesAsync() => await Page.EvaluateAsync<double>("() => performance.memory.usedJSHeapSize");

    public async ValueTask DisposeAsync() => await context.CloseAsync();
}
