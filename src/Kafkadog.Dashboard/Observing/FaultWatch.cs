namespace Kafkadog.Dashboard.Observing;

/// <summary>Asks every service which faults are switched on, so that nobody debugs a forgotten switch.</summary>
public sealed class FaultWatch(ServiceApi api, Observation observation, LiveUpdates updates, TimeProvider time)
    : Watch(updates, time, watched: TimeSpan.FromSeconds(1), unwatched: TimeSpan.FromSeconds(15))
{
    public override async Task LookAsync(CancellationToken cancellationToken)
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
