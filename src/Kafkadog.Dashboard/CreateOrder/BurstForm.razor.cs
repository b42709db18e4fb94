using System.Globalization;
using Kafkadog.Dashboard.Components;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.CreateOrder;

public sealed partial class BurstForm : IDisposable
{
    private static readonly TimeSpan Shown = TimeSpan.FromMilliseconds(200);

    private string orders = "20";
    private string perSecond = "5";
    private string seed = "1";
    private CancellationTokenSource? running;
    private BurstProgress? progress;
    private string? failure;
    private bool wasStopped;

    [Parameter, EditorRequired]
    public string? GatewayUrl { get; set; }

    [Inject]
    internal GatewayClient Gateway { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    private bool IsRunning => running is not null;

    private BurstRequest request => new(Number(orders) ?? 0, Number(perSecond) ?? 0, Number(seed) ?? 0);

    private PanelState State => progress is null ? PanelState.Empty("Nothing placed yet. The counts of this burst appear here while it runs.") : PanelState.Ready;

    public void Dispose() => running?.Cancel();

    private static int? Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private string Word(BurstProgress p) =>
        IsRunning ? $"{p.Started} sent, {p.Started - p.Answered} on the way."
        : wasStopped ? $"Stopped after {p.Started} of {p.Planned}."
        : $"All {p.Planned} are answered.";

    private void Cancel() => running?.Cancel();

    private async Task RunAsync()
    {
        failure = null;
        if (IsRunning || !request.IsValid)
        {
            return;
        }

        if (GatewayUrl is not { } gateway)
        {
            failure = "No gateway is ready, so nothing was sent. See above.";
            return;
        }

        using var cancelled = running = new CancellationTokenSource();
        var burst = new Burst(request, Time);
        wasStopped = false;
        try
        {
            var run = burst.RunAsync((order, token) => Gateway.PlaceAsync(gateway, order, Guid.NewGuid().ToString(), token), cancelled.Token);
            while (!run.IsCompleted)
            {
                progress = burst.Progress;
                StateHasChanged();
                await Task.WhenAny(run, Task.Delay(Shown, Time, cancelled.Token));
            }

            await run;
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            wasStopped = true;
        }
        finally
        {
            progress = burst.Progress;
            running = null;
        }
    }
}
