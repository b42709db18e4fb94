namespace Kafkadog.Dashboard.CreateOrder;

/// <summary>The burst of one browser tab. It goes on while the reader watches it on another page, and ends with the tab.</summary>
public sealed class BurstRun(GatewayClient gateway, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Shown = TimeSpan.FromMilliseconds(200);

    private CancellationTokenSource? running;

    /// <summary>More orders are answered, or it began or ended.</summary>
    public event Action? Changed;

    public bool IsRunning => running is not null;

    /// <summary>It was stopped before its end.</summary>
    public bool WasStopped { get; private set; }

    /// <summary>Of this burst or the last one; null before the first.</summary>
    public BurstProgress? Progress { get; private set; }

    public void Stop() => running?.Cancel();

    public void Dispose() => Stop();

    public async Task RunAsync(string gatewayUrl, BurstRequest request)
    {
        if (IsRunning)
        {
            return;
        }

        using var cancelled = running = new CancellationTokenSource();
        var burst = new Burst(request, time);
        WasStopped = false;
        try
        {
            var run = burst.RunAsync((order, token) => gateway.PlaceAsync(gatewayUrl, order, Guid.NewGuid().ToString(), token), cancelled.Token);
            while (!run.IsCompleted)
            {
                Progress = burst.Progress;
                Changed?.Invoke();
                await Task.WhenAny(run, Task.Delay(Shown, time, cancelled.Token));
            }

            await run;
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            WasStopped = true;
        }
        finally
        {
            Progress = burst.Progress;
            running = null;
            Changed?.Invoke();
        }
    }
}
