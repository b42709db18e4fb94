using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Components;

/// <summary>The page's search field: it tells what was typed once nothing was typed for a moment.</summary>
public sealed partial class SearchField : IDisposable
{
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly string id = ElementId.Next("search");
    private CancellationTokenSource? typing;
    private string? text;

    [Parameter, EditorRequired]
    public string Label { get; set; } = "";

    /// <summary>What is looked for, as the address has it.</summary>
    [Parameter, EditorRequired]
    public string? Value { get; set; }

    /// <summary>Null when the field was emptied.</summary>
    [Parameter, EditorRequired]
    public EventCallback<string?> OnSearch { get; set; }

    [Inject]
    public TimeProvider Time { get; set; } = null!;

    /// <summary>What is being typed is newer than what the address says.</summary>
    protected override void OnParametersSet() => text = typing is null ? Value : text;

    public void Dispose()
    {
        typing?.Cancel();
        typing?.Dispose();
    }

    private Task TypeAsync(ChangeEventArgs change)
    {
        text = change.Value as string;
        var before = typing;
        typing = new CancellationTokenSource();
        before?.Cancel();
        return SearchAsync(typing);
    }

    private async Task SearchAsync(CancellationTokenSource mine)
    {
        await Task.Delay(Pause, Time, mine.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (typing == mine)
        {
            typing = null;
            if (!mine.IsCancellationRequested)
            {
                await OnSearch.InvokeAsync(string.IsNullOrWhiteSpace(text) ? null : text);
            }
        }

        mine.Dispose();
    }
}
