using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Kafkadog.Services.Tests.Running;

/// <summary>
/// One counter of every service of one shop, from now on. Scraping cannot tell shops apart: the exporter of each host in a
/// process exports the meters of all, and forgets those of a shop that ends.
/// </summary>
internal sealed class ShopCounter : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, long> byTopic = new(StringComparer.Ordinal);

    /// <param name="owners">The meter factories of the shop's hosts.</param>
    public ShopCounter(IReadOnlyCollection<IMeterFactory> owners, string instrument)
    {
        listener.InstrumentPublished = (published, l) =>
        {
            if (published.Name == instrument && owners.Contains(published.Meter.Scope))
            {
                l.EnableMeasurementEvents(published);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var (name, tag) in tags)
            {
                if (name == "topic")
                {
                    byTopic.AddOrUpdate((string)tag!, value, (_, sum) => sum + value);
                }
            }
        });
        listener.Start();
    }

    public long Of(string topic) => byTopic.GetValueOrDefault(topic);

    public void Dispose() => listener.Dispose();
}
