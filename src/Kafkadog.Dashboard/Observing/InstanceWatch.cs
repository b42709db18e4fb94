using Microsoft.Extensions.Hosting;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Keeps the list of instances: twice a second while somebody watches, now and then when nobody does.</summary>
public sealed class InstanceWatch(IInstanceControl control, Observation observation, LiveUpdates updates, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Watched = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            await LookAsync(stoppingToken);
            await Task.Delay(updates.Watching > 0 ? Watched : Unwatched, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks at once, as after an action of the viewer.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var instances = await control.ListAsync(cancellationToken);
            observation.Write(o => o.SetInstances(instances, observation.Now));
        }
        catch (Exception e) when (e is HttpRequestException or InstanceControlException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            observation.Write(o => o.InstancesProblem = e.Message);
        }
    }
}
