using Kafkadog.Dashboard.Browser;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Flow;

public sealed partial class Tapes
{
    private readonly TapeUpdate update = new();
    private readonly ScriptObject drawing = new(letGo: "dispose");
    private ElementReference root;
    private DotNetObjectReference<Tapes>? self;
    private string lanes = "";
    private Moment shownAt;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Parameter, EditorRequired]
    public IReadOnlyList<string> Topics { get; set; } = [];

    /// <summary>The order whose records stand out.</summary>
    [Parameter]
    public Guid? Picked { get; set; }

    [Parameter]
    public string? Class { get; set; }

    /// <summary>The tapes became streams, or cells again.</summary>
    [Parameter]
    public EventCallback<bool> OnStream { get; set; }

    /// <summary>A cell was clicked.</summary>
    [Parameter]
    public EventCallback<RecordPlace> OnOpen { get; set; }

    protected override TimeSpan Interval => LiveUpdates.ShortestPause;

    /// <summary>When the records stop, the stream has yet to say so and to become cells again.</summary>
    protected override bool ShowsAges => update.IsStream;

    [JSInvokable]
    public Task OpenAsync(int lane, long offset)
    {
        var all = View?.Topics.SelectMany(t => t.Lanes).ToList() ?? [];
        return lane >= 0 && lane < all.Count ? OnOpen.InvokeAsync(new(all[lane].Place.Topic, all[lane].Place.Partition, offset)) : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await drawing.DisposeAsync();
        self?.Dispose();
    }

    public override TapesView MakeView(Observed observed, Moment moment)
    {
        shownAt = moment;
        return TapesView.Of(observed, moment, Topics, Picked);
    }

    /// <summary>Cells go to the browser as data; Blazor renders only when lanes come or go.</summary>
    protected override bool NeedsRender()
    {
        var next = string.Join('|', View!.Topics.SelectMany(t => t.Lanes).Select(l => l.Place));
        var differs = next != lanes;
        lanes = next;
        return differs;
    }

    public override Task OnViewAsync() => SendAsync();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            self = DotNetObjectReference.Create(this);
            await drawing.MakeAsync(Js, Assets[BrowserAssets.Tape], "create", root, self);
        }

        await SendAsync();
    }

    private async Task SendAsync()
    {
        if (drawing.IsThere && View is not null && update.Next(View, shownAt) is { } message)
        {
            await drawing.CallAsync("update", message);
            if (message.Reset)
            {
                await OnStream.InvokeAsync(message.S);
            }
        }
    }
}

/// <summary>One record by its place.</summary>
public sealed record RecordPlace(string Topic, int Partition, long Offset);
