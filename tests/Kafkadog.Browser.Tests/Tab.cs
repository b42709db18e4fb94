using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Kafkadog.EndToEnd.Tests;
using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

/// <summary>One browser tab. When it is closed it tells of errors on the console, failed requests and requests to elsewhere.</summary>
public sealed class Tab : IAsyncDisposable
{
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    private readonly IBrowserContext context;
    private readonly string address;
    private readonly List<string> wrongs = [];
    private volatile bool isAudited;

    internal Tab(IBrowserContext context, IPage page, string address)
    {
        (this.context, Page, this.address) = (context, page, address);
        page.SetDefaultTimeout((float)Executable.Patience.TotalMilliseconds / 2);
        page.Console += (_, message) => Note(message.Type == "error" && !isAudited, $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"script: {error}");
        page.Request += (_, request) => Note(!IsOurs(request.Url), $"request to {request.Url}");
        page.RequestFailed += (_, request) => Note(request.Failure != "net::ERR_ABORTED", $"failed: {request.Url} {request.Failure}");
    }

    public IPage Page { get; }

    /// <summary>Set by tests that break the connection on purpose.</summary>
    public bool ExpectsTrouble { get; set; }

    public ILocator Heading => Page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(address + path);
        await InteractiveAsync();
    }

    public Task InteractiveAsync() => Page.Locator("body[data-interactive=true]").WaitForAsync();

    /// <summary>The same page in another window and theme, without loading it again.</summary>
    public async Task LookAsync(int width, int height, ColorScheme theme)
    {
        await Page.EmulateMediaAsync(new() { ColorScheme = theme, ReducedMotion = ReducedMotion.Reduce });
        await Page.SetViewportSizeAsync(width, height);
        await Page.Locator($":root[data-theme={(theme == ColorScheme.Dark ? "dark" : "light")}]").WaitForAsync();
    }

    public async Task HasNoAccessibilityViolationsAsync()
    {
        // axe puts a style sheet of its own into the page, which our policy refuses and the browser tells.
        isAudited = true;
        var result = await Page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = [.. Rules] } });
        isAudited = false;
        Assert.True(
            result.Violations.Length == 0,
            string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help}\n  {string.Join("\n  ", v.Nodes.Take(5).Select(n => $"{n.Html} {string.Join("; ", n.Any.Select(a => a.Message))}"))}")));
    }

    public async Task DoesNotOverflowAsync()
    {
        var overflow = await Page.EvaluateAsync<int>("() => Math.max(...[document.documentElement, document.querySelector('main')].map(e => e.scrollWidth - e.clientWidth))");
        Assert.True(overflow <= 0, $"{Page.Url} is {overflow} px wider than the window");
    }

    public Task ShootAsync(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(BrowserShop.Artifacts, name + ".png"), Caret = ScreenshotCaret.Initial });

    public async ValueTask DisposeAsync()
    {
        var isBroken = await Page.Locator("#blazor-error-ui").IsVisibleAsync();
        await context.CloseAsync();
        if (!ExpectsTrouble)
        {
            Assert.False(isBroken, "the page shows Blazor's error bar");
            lock (wrongs)
            {
                Assert.True(wrongs.Count == 0, string.Join('\n', wrongs));
            }
        }
    }

    private bool IsOurs(string url) =>
        url.StartsWith(address, StringComparison.Ordinal) || url.StartsWith("data:", StringComparison.Ordinal) || url.StartsWith("blob:", StringComparison.Ordinal);

    private void Note(bool isWrong, string what)
    {
        if (isWrong)
        {
            lock (wrongs)
            {
                wrongs.Add(what);
            }
        }
    }
}
