using System.Diagnostics.Metrics;

namespace Kafkadog.Broker.Diagnostics;

/// <summary>The instruments of one broker, on the meter <c>Kafkadog.Broker</c>.</summary>
internal sealed class BrokerMetrics : IDisposable
{
    public const string MeterName = "Kafkadog.Broker";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _requestBytes;
    private readonly UpDownCounter<long> _connections;

    public BrokerMetrics()
    {
        _duration = _meter.CreateHistogram<double>("kafkadog.broker.request.duration", "s", "From the last byte of a request to its answer, with the time it was parked.");
        _requestBytes = _meter.CreateCounter<long>("kafkadog.broker.request.size", "By", "Bytes of requests.");
        _connections = _meter.CreateUpDownCounter<long>("kafkadog.broker.connections", "{connection}", "Open connections.");
    }

    public void RequestServed(string api, int bytes, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("kafka.api", api);
        _duration.Record(duration.TotalSeconds, tag);
        _requestBytes.Add(bytes, tag);
    }

    public void ConnectionOpened() => _connections.Add(1);

    public void ConnectionClosed() => _connections.Add(-1);

    public void Dispose() => _meter.Dispose();
}
