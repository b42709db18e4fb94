using Microsoft.Extensions.Hosting;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Reads on in the journal of every service: what was delivered, tried, sent and rebalanced there.</summary>
public sealed class ServiceJournals(ServiceApi api, Observation observation, LiveUpdates updates, TimeProvider time) : BackgroundService
{
    private const int PageSize = 1000;

    private static readonly TimeSpan Watched = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Unwatched = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Position> positions = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var services = observation.Read(o => o.Instances.Where(i => i.IsService && i.Answers).ToList());
            await Task.WhenAll(services.Select(i => ReadOnAsync(i, stoppingToken)));
            await Task.Delay(updates.Watching > 0 ? Watched : Unwatched, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadOnAsync(ShopInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            Position? position;
            lock (positions)
            {
                position = positions.GetValueOrDefault(instance.Name);
            }

            // Without a start to compare with, the oldest entry there is comes first.
            var path = position is not null
                ? $"/journal?after={position.After}&start={Uri.EscapeDataString(position.Start)}&limit={PageSize}"
                : $"/journal?after=0&limit={PageSize}";
            var page = await api.GetAsync<JournalPage>(instance.Url, path, cancellationToken);
            if (page.Entries is [.., var last])
            {
                observation.Write(o =>
                {
                    foreach (var entry in page.Entries)
                    {
                        o.Deliveries.Add(entry);
                    }
                });
                lock (positions)
                {
                    positions[instance.Name] = new(page.Start, last.Sequence);
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // A service that does not answer shows as such among the instances; its journal is read on when it is back.
        }
    }

    private sealed record Position(string Start, long After);
}
