using Microsoft.Extensions.Hosting;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Something that is looked at again and again: often while somebody watches, now and then when nobody does.</summary>
public abstract class Watch(LiveUpdates updates, TimeProvider time, TimeSpan watched, TimeSpan unwatched) : BackgroundService
{
    /// <summary>Looks at once, as after an action of the viewer.</summary>
    public abstract Task LookAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            await Task.Delay(updates.Watching > 0 ? watched : unwatched, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
