using System.Threading.Channels;

namespace Kafkadog.Dashboard.Asking;

/// <summary>
/// Asks, and asks again when told that something changed: one question at a time, with a pause between, and now and then
/// untold. Owned by the dispatcher of the component that runs it.
/// </summary>
internal sealed class Refresher(Func<CancellationToken, Task> ask, TimeSpan pause, TimeSpan atLatest, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Channel<bool> changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private CancellationTokenSource? round;
    private bool isDisposed;

    public async Task RunAsync()
    {
        const ConfigureAwaitOptions quietly = ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing;
        var stopping = stop.Token;
        while (!stopping.IsCancellationRequested)
        {
            using var current = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            round = current;
            changed.Reader.TryRead(out _);
            try
            {
                await ask(current.Token);
            }
            catch (OperationCanceledException) when (current.IsCancellationRequested)
            {
                // Another question is due, or nobody waits for the answer any more.
            }

            await Task.Delay(pause, time, current.Token).ConfigureAwait(quietly);
            await Task.WhenAny(changed.Reader.WaitToReadAsync(current.Token).AsTask(), Task.Delay(atLatest, time, current.Token));
            await current.CancelAsync();
            round = null;
        }
    }

    /// <summary>The answer may be another one by now.</summary>
    public void AskSoon() => changed.Writer.TryWrite(true);

    /// <summary>The question is another one: no pause, and the answer to the old one is not waited for.</summary>
    public void AskNow()
    {
        changed.Writer.TryWrite(true);
        round?.Cancel();
    }

    public void Dispose()
    {
        if (!isDisposed)
        {
            isDisposed = true;
            stop.Cancel();
            stop.Dispose();
        }
    }
}
