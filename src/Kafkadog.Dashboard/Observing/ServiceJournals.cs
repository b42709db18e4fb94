using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Reads on in the journal of every service: what was delivered, tried, sent and rebalanced there.</summary>
public sealed partial class ServiceJournals(
    ServiceApi api, Observation observation, LiveUpdates updates, TimeProvider time, ILogger<ServiceJournals> logger)
    : Watch(updates, time, watched: TimeSpan.FromMilliseconds(250), unwatched: TimeSpan.FromSeconds(5))
{
    private const int PageSize = 1000;

    private readonly ConcurrentDictionary<string, Position> positions = new(StringComparer.Ordinal);

    public override Task LookAsync(CancellationToken cancellationToken)
    {
        var services = observation.Read(o => o.Instances.Where(i => i.IsService && i.Answers).ToList());
        return Task.WhenAll(services.Select(i => ReadOnAsync(i, cancellationToken)));
    }

    private async Task ReadOnAsync(ShopInstance instance, CancellationToken cancellationToken)
    {
        try
        {
            var position = positions.GetValueOrDefault(instance.Name) ?? new Position("", 0);
            var start = position.Start.Length == 0 ? "" : $"&start={Uri.EscapeDataString(position.Start)}"; // there is none before the first page
            var page = await api.GetAsync<JournalPage>(instance.Url, $"/journal?after={position.After}{start}&limit={PageSize}", cancellationToken);
            if (page.Entries is [.., var last])
            {
                observation.Write(o =>
                {
                    foreach (var entry in page.Entries)
                    {
                        o.Deliveries.Add(entry);
                    }
                });
                positions[instance.Name] = new(page.Start, last.Sequence);
            }
        }
        catch (ServiceRefusal e)
        {
            JournalRefused(instance.Name, e);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // A service that does not answer shows as such among the instances; its journal is read on when it is back.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Instance} refuses to show its journal")]
    private partial void JournalRefused(string instance, Exception exception);

    private sealed record Position(string Start, long After);
}
