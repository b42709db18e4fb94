using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Instances;

public sealed partial class InstanceLog : IDisposable
{
    private const int Lines = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource closed = new();
    private string? shownOf;
    private string? text;
    private string? problem;
    private bool isFollowing = true;

    [Inject]
    internal IInstanceControl Control { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Instance { get; set; } = "";

    [Parameter, EditorRequired]
    public EventCallback OnClose { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (shownOf != Instance)
        {
            (shownOf, text, problem) = (Instance, null, null);
            await ReadAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        var whileOpen = closed.Token;
        using var timer = new PeriodicTimer(Pause, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(whileOpen))
            {
                if (isFollowing)
                {
                    await ReadAsync();
                    StateHasChanged();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
    }

    public void Dispose()
    {
        closed.Cancel();
        closed.Dispose();
    }

    private void Follow(bool follow) => isFollowing = follow;

    private async Task ReadAsync()
    {
        var asked = Instance;
        var whileOpen = closed.Token;
        try
        {
            var read = await Control.LogTailAsync(asked, Lines, whileOpen);
            if (asked == Instance)
            {
                (text, problem) = (read, null);
            }
        }
        catch (InstanceControlException e)
        {
            problem = e.Message;
        }
        catch (HttpRequestException e)
        {
            problem = $"{e.Message}. Is `kafkadog up` still running?";
        }
        catch (OperationCanceledException) when (whileOpen.IsCancellationRequested)
        {
            // Closed while it was read.
        }
    }
}
