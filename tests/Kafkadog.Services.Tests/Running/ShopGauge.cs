using System.Diagnostics.Metrics;

namespace Kafkadog.Services.Tests.Running;

/// <summary>One gauge of the services of one shop, for the reason given at <see cref="ShopCounter"/>.</summary>
internal sealed class ShopGauge : IDisposable
{
    private readonly MeterListener listener = new();
    private long sum;

    /// <param name="owners">The meter factories of the shop's hosts.</param>
    public ShopGauge(IReadOnlyCollection<IMeterFactory> owners, string instrument)
    {
        listener.InstrumentPublished = (published, l) =>
        {
            if (published.Name == instrument && owners.Contains(published.Meter.Scope))
            {
                IsThere = true;
                l.EnableMeasurementEvents(published);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => sum += value);
        listener.Start();
    }

    /// <summary>Whether the service has made it yet.</summary>
    public bool IsThere { get; private set; }

    /// <summary>The sum over its tags, as of now.</summary>
    public long Read()
    {
        sum = 0;
        listener.RecordObservableInstruments();
        return sum;
    }

    public void Dispose() => listener.Dispose();
}
