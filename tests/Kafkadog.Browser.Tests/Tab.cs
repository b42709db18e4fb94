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

    internal Tab(IBrowserContext context, IPage page, string address)
    {
        (this.context, Page, this.address) = (context, page, address);
        page.SetDefaultTimeout((float)Executable.Patience.TotalMilliseconds / 2);
        page.Console += (_, message) => Note(message.Type == "error", $"console: {message.Text}");
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

    public async Task HasNoAccessibilityViolationsAsync()
    {
        var result = await Page.RunAxe(new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = [.. Rules] } });
        Assert.True(
            result.Violations.Length == 0,
            string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help}\n  {string.Join("\n  ", v.Nodes.Take(5).Select(n => $"{n.Html} {string.Join("; ", n.Any.Select(a => a.Message))}"))}")));
    }

    public async Task DoesNotOverflowAsync()
    {
        var overflow = await Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
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
                Assert.Empty(wrongs);
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
