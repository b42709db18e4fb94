namespace Kafkadog.Dashboard.Observing;

/// <summary>Keeps the list of instances.</summary>
public sealed class InstanceWatch(IInstanceControl control, Observation observation, LiveUpdates updates, TimeProvider time)
    : Watch(updates, time, watched: TimeSpan.FromMilliseconds(500), unwatched: TimeSpan.FromSeconds(5))
{
    public override async Task LookAsync(CancellationToken cancellationToken)
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
