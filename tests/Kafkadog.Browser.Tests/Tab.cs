using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Kafkadog.EndToEnd.Tests;
using Microsoft.Playwright;

namespace Kafkadog.Browser.Tests;

/// <summary>One browser tab. When it is closed it tells of errors on the console, failed requests and requests to elsewhere.</summary>
public sealed class Tab : IAsyncDisposable
{
    private static readonly string[] Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    private const string Overflow = "Math.max(...[document.documentElement, document.querySelector('main')].map(e => e.scrollWidth - e.clientWidth))";

    private readonly IBrowserContext context;
    private readonly string address;
    private readonly List<string> wrongs = [];
    private volatile bool isAudited;

    internal Tab(IBrowserContext context, IPage page, string address)
    {
        (this.context, Page, this.address) = (context, page, address);
        page.SetDefaultTimeout((float)Executable.Patience.TotalMilliseconds);
        page.Console += (_, message) => Note(message.Type == "error" && !(isAudited && IsOfAudit(message.Text)), $"console: {message.Text}");
        page.PageError += (_, error) => Note(true, $"script: {error}");
        page.Request += (_, request) => Note(!IsOurs(request.Url), $"request to {request.Url}");
        page.RequestFailed += (_, request) => Note(request.Failure != "net::ERR_ABORTED", $"failed: {request.Url} {request.Failure}");
    }

    public IPage Page { get; }

    /// <summary>Set by tests that break the connection on purpose.</summary>
    public bool ExpectsTrouble { get; set; }

    public ILocator Heading => Page.GetByRole(AriaRole.Heading, new() { Level = 1 });

    /// <summary>The first of the elements with this text that are in sight: a text may be in a closed part of the page as well.</summary>
    public ILocator Text(string text) => Page.GetByText(text).Filter(new() { Visible = true }).First;

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
        isAudited = true;
        var options = new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = [.. Rules] } };
        var result = await Page.RunAxe(options);
        if (result.Violations.Length > 0)
        {
            // A page is live, and may change its rows or colours while it is looked at. What is wrong still is at the second look.
            result = await Page.RunAxe(options);
        }

        Assert.True(
            result.Violations.Length == 0,
            string.Join('\n', result.Violations.Select(v => $"{v.Id}: {v.Help}\n  {string.Join("\n  ", v.Nodes.Take(5).Select(n => $"{n.Html} {string.Join("; ", n.Any.Select(a => a.Message))}"))}")));
    }

    /// <summary>Charts follow the window a moment later than the rest, so what is too wide for that moment is not.</summary>
    public async Task DoesNotOverflowAsync()
    {
        try
        {
            await Page.WaitForFunctionAsync($"() => {Overflow} <= 0", null, new() { Timeout = 5_000 });
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{Page.Url} is {await Page.EvaluateAsync<int>(Overflow)} px wider than the window");
        }
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

    /// <summary>axe puts a style sheet of its own into the page, which our policy refuses; the browser tells that when it likes.</summary>
    private static bool IsOfAudit(string text) => text.Contains("Content Security Policy", StringComparison.Ordinal) && text.Contains("style", StringComparison.Ordinal);

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
