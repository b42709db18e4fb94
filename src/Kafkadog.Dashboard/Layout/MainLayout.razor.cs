using System.Globalization;
using Kafkadog.Dashboard.Browser;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Layout;

/// <summary>The frame around every page. It also makes the browser tell what only the browser knows.</summary>
public sealed partial class MainLayout : IAsyncDisposable
{
    /// <summary>In the address: the moment shown, when it is not now.</summary>
    internal const string AtQuery = "at";

    private DotNetObjectReference<MainLayout>? self;
    private IJSObjectReference? session;

    [SupplyParameterFromQuery(Name = AtQuery)]
    private string? At { get; set; }

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
    protected override void OnInitialized()
    {
        if (Parse(At) is { } at)
        {
            Viewer.LookAt(at);
        }

        Viewer.Changed += OnMoved;
        Navigation.LocationChanged += OnLocationChanged;
    }

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
        Viewer.Changed -= OnMoved;
        Navigation.LocationChanged -= OnLocationChanged;
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

    private void OnMoved() => _ = InvokeAsync(() => KeepInAddress(Navigation.Uri));

    /// <summary>No link names the moment, and each keeps it: whoever looks back goes from page to page within that moment.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        if (Parse(QueryHelpers.ParseQuery(new Uri(e.Location).Query).GetValueOrDefault(AtQuery)) is { } at)
        {
            Viewer.LookAt(at);
        }
        else if (!Viewer.IsLive)
        {
            KeepInAddress(e.Location);
        }
    }

    private void KeepInAddress(string address)
    {
        var at = Viewer.At?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        var next = Navigation.GetUriWithQueryParameters(address, new Dictionary<string, object?> { [AtQuery] = at });
        if (next != address)
        {
            Navigation.NavigateTo(next, replace: true);
        }
    }

    /// <summary>Null for none, for what is no moment, and for one that is yet to come.</summary>
    private DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at <= Time.GetUtcNow() ? at : null;
}
