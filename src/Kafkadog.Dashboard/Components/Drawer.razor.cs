using Kafkadog.Dashboard.Browser;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Components;

/// <summary>Render it while there is something to detail, and leave it out otherwise. The focus goes in, and back when it goes.</summary>
public sealed partial class Drawer : IAsyncDisposable
{
    private readonly string titleId = ElementId.Next("drawer");
    private readonly ScriptObject visit = new(letGo: "leave");
    private ElementReference drawer;

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

    protected override Task OnAfterRenderAsync(bool firstRender) =>
        firstRender ? visit.MakeAsync(Js, Assets[BrowserAssets.Session], "enterDrawer", drawer) : Task.CompletedTask;

    public ValueTask DisposeAsync() => visit.DisposeAsync();
}
