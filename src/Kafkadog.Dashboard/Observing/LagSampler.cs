using Microsoft.Extensions.Hosting;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Notes the lag of every group once a second, from what is observed anyway: it asks the broker nothing.</summary>
public sealed class LagSampler(Observation observation, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            var isUp = observation.Read(o => o.Kafka.IsUp);
            if (isUp)
            {
                observation.Note(Sample);
            }
        }
    }

    private void Sample(Observed observed)
    {
        foreach (var group in observed.Commits.Groups)
        {
            var lag = observed.Commits.Places(group).Sum(p => observed.Lag(group, p) ?? 0);
            observed.Lags.Add(group, new(observation.Now, lag));
        }
    }
}
