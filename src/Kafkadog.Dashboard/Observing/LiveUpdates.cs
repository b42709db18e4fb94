using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// Tells every open page that something changed: at once for the first change after a rest, then at most ten times a second,
/// and once a second when nothing changes, so that ages and clocks move.
/// </summary>
public sealed class LiveUpdates : BackgroundService
{
    public static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly HashSet<Action> subscribers = [];
    private readonly Channel<bool> changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Observation observation;
    private readonly TimeProvider time;

    public LiveUpdates(Observation observation, TimeProvider time)
    {
        this.observation = observation;
        this.time = time;
        observation.Changed += OnChanged;
    }

    /// <summary>Pages that watch right now. The readers of services rest while there is none.</summary>
    public int Watching
    {
        get
        {
            lock (gate)
            {
                return subscribers.Count;
            }
        }
    }

    /// <param name="onTick">Must be quick and not throw: it only passes the word on to the page's own dispatcher.</param>
    public IDisposable Subscribe(Action onTick)
    {
        lock (gate)
        {
            subscribers.Add(onTick);
        }

        return new Subscription(this, onTick);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            using var rest = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var tick = Task.Delay(LongestPause, time, rest.Token);
            await Task.WhenAny(changed.Reader.WaitToReadAsync(rest.Token).AsTask(), tick);
            await rest.CancelAsync();
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            changed.Reader.TryRead(out _);
            Tell();
            await Task.Delay(ShortestPause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override void Dispose()
    {
        observation.Changed -= OnChanged;
        base.Dispose();
    }

    private void OnChanged() => changed.Writer.TryWrite(true);

    private void Tell()
    {
        Action[] all;
        lock (gate)
        {
            all = [.. subscribers];
        }

        foreach (var subscriber in all)
        {
            subscriber();
        }
    }

    private void Unsubscribe(Action onTick)
    {
        lock (gate)
        {
            subscribers.Remove(onTick);
        }
    }

    private sealed class Subscription(LiveUpdates owner, Action onTick) : IDisposable
    {
        public void Dispose() => owner.Unsubscribe(onTick);
    }
}
