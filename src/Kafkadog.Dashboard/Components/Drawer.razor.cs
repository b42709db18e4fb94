using Kafkadog.Dashboard.Browser;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Components;

/// <summary>Render it while there is something to detail, and leave it out otherwise. The focus goes in, and back when it goes.</summary>
public sealed partial class Drawer : IAsyncDisposable
{
    private readonly string titleId = ElementId.Next("drawer");
    private ElementReference drawer;
    private IJSObjectReference? visit;
    private bool isGone;

    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    /// <summary>In the heading, left of the close button.</summary>
    [Parameter]
    public RenderFragment? Right { get; set; }

    [Parameter, EditorRequired]
    public EventCallback OnClose { get; set; }

    [Inject]
    internal IJSRuntime Js { get; set; } = null!;

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        try
        {
            await using var module = await Js.InvokeAsync<IJSObjectReference>("import", "./" + Assets[BrowserAssets.Session]);
            if (isGone)
            {
                return; // Closed while the script came: its element is not in the page any more.
            }

            visit = await module.InvokeAsync<IJSObjectReference>("enterDrawer", drawer);
            if (isGone)
            {
                await LeaveAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The tab was closed meanwhile.
        }
    }

    public async ValueTask DisposeAsync()
    {
        isGone = true;
        try
        {
            await LeaveAsync();
        }
        catch (JSDisconnectedException)
        {
            // The tab is gone: there is no focus to give back.
        }
    }

    private async Task LeaveAsync()
    {
        if (visit is { } entered)
        {
            visit = null;
            await entered.InvokeVoidAsync("leave");
            await entered.DisposeAsync();
        }
    }
}
