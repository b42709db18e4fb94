using Kafkadog.Dashboard.Browser;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Layout;

/// <summary>The frame around every page. It also makes the browser tell what only the browser knows.</summary>
public sealed partial class MainLayout : IAsyncDisposable
{
    private DotNetObjectReference<MainLayout>? self;
    private IJSObjectReference? session;
    private MomentInAddress? moment;

    [Inject]
    internal IJSRuntime Js { get; set; } = null!;

    [Inject]
    internal BrowserSession Browser { get; set; } = null!;

    [Inject]
    internal Viewer Viewer { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    /// <summary>The moment to look at, before any view is made for it.</summary>
    protected override void OnInitialized() => moment = new(Viewer, Navigation, Time, InvokeAsync);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            self = DotNetObjectReference.Create(this);
            await using var module = await Js.InvokeAsync<IJSObjectReference>("import", "./" + Assets[BrowserAssets.Session]);
            session = await module.InvokeAsync<IJSObjectReference>("start", self, Time.GetUtcNow().ToUnixTimeMilliseconds());
            Browser.Learn(await session.InvokeAsync<BrowserFacts>("facts"));
        }
        catch (JSDisconnectedException)
        {
            // The tab was closed while its page was starting.
        }
    }

    [JSInvokable]
    public void OnVisibilityChanged(bool isVisible)
    {
        Browser.SetVisible(isVisible);
        Viewer.SetVisible(isVisible);
    }

    public async ValueTask DisposeAsync()
    {
        moment?.Dispose();
        try
        {
            if (session is not null)
            {
                await session.InvokeVoidAsync("stop");
                await session.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The tab is gone, and its listeners with it.
        }

        self?.Dispose();
    }
}
