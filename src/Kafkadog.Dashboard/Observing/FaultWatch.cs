using Microsoft.Extensions.Hosting;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Asks every service which faults are switched on, so that nobody debugs a forgotten switch.</summary>
public sealed class FaultWatch(ServiceApi api, Observation observation, LiveUpdates updates, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(15);

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
        var services = observation.Read(o => o.Instances.Where(i => i.IsService && i.Answers).ToList());
        var faults = (await Task.WhenAll(services.Select(i => AskAsync(i, cancellationToken)))).SelectMany(f => f).ToList();
        observation.Write(o => o.Faults = faults);
    }

    private async Task<IEnumerable<InstanceFault>> AskAsync(ShopInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            var list = await api.GetAsync<FaultList>(instance.Url, "/chaos", cancellationToken);
            return list.Faults.Select(f => new InstanceFault(instance, f));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return []; // it shows as not answering among the instances
        }
    }
}
