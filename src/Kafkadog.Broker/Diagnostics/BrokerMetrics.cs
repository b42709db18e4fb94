using System.Diagnostics.Metrics;
using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Cleaning;

namespace Kafkadog.Broker.Diagnostics;

/// <summary>
/// The instruments of one broker, on the meter <c>Kafkadog.Broker</c>. Those that begin with <c>kafka.</c> become, in Prometheus, the names
/// that Kafka's dashboards know from its JMX exporter: <c>kafka.server.brokertopicmetrics.bytesin</c> is
/// <c>kafka_server_brokertopicmetrics_bytesin_total</c>. They have no unit, because it would become part of the name.
/// Nothing is counted while nobody listens.
/// </summary>
internal sealed class BrokerMetrics : IDisposable
{
    public const string MeterName = "Kafkadog.Broker";

    private const string Server = "kafka.server.brokertopicmetrics.", Network = "kafka.network.requestmetrics.";

    private readonly Meter _meter = new(MeterName);
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _requestBytes;
    private readonly UpDownCounter<long> _connections;
    private readonly UpDownCounter<long> _kafkaConnections;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _totalTime;
    private readonly Counter<long> _messagesIn, _bytesIn, _bytesOut, _produceRequests, _fetchRequests, _failedProduces, _failedFetches;

    public BrokerMetrics()
    {
        _duration = _meter.CreateHistogram<double>("kafkadog.broker.request.duration", "s", "From the last byte of a request to its answer, with the time it was parked.");
        _requestBytes = _meter.CreateCounter<long>("kafkadog.broker.request.size", "By", "Bytes of requests.");
        _connections = _meter.CreateUpDownCounter<long>("kafkadog.broker.connections", "{connection}", "Open connections.");
        _kafkaConnections = _meter.CreateUpDownCounter<long>("kafka.server.socket.server.metrics.connection.count", null, "Open connections.");
        _requests = _meter.CreateCounter<long>(Network + "requests", null, "Requests answered, by API and version.");
        _totalTime = _meter.CreateHistogram<double>(Network + "totaltimems", null, "Milliseconds from the last byte of a request to its answer, with the time it was parked.");
        _messagesIn = _meter.CreateCounter<long>(Server + "messagesin", null, "Records appended by producers.");
        _bytesIn = _meter.CreateCounter<long>(Server + "bytesin", null, "Bytes of record batches appended by producers.");
        _bytesOut = _meter.CreateCounter<long>(Server + "bytesout", null, "Bytes of record batches sent to consumers.");
        _produceRequests = _meter.CreateCounter<long>(Server + "totalproducerequests", null, "Partitions that producers wanted to append to.");
        _fetchRequests = _meter.CreateCounter<long>(Server + "totalfetchrequests", null, "Partitions that consumers wanted to read.");
        _failedProduces = _meter.CreateCounter<long>(Server + "failedproducerequests", null, "Of those of totalproducerequests, the ones answered with an error.");
        _failedFetches = _meter.CreateCounter<long>(Server + "failedfetchrequests", null, "Of those of totalfetchrequests, the ones answered with an error.");
    }

    /// <summary>Where further instruments of this broker belong.</summary>
    public Meter Meter => _meter;

    /// <summary>Shows what compaction has done and what waits for it.</summary>
    public void Observe(LogCleaner cleaner)
    {
        _meter.CreateObservableCounter("kafkadog.broker.cleaner.cleanings", () => cleaner.Statistics.Cleanings, "{cleaning}", "Logs compacted.");
        _meter.CreateObservableCounter("kafkadog.broker.cleaner.read", () => cleaner.Statistics.BytesRead, "By", "Bytes gone through by compaction.");
        _meter.CreateObservableCounter("kafkadog.broker.cleaner.kept", () => cleaner.Statistics.BytesKept, "By", "Bytes left of those.");
        _meter.CreateObservableGauge("kafkadog.broker.cleaner.duration", () => cleaner.Statistics.LastDuration.TotalSeconds, "s", "Of the last compaction.");
        _meter.CreateObservableGauge("kafkadog.broker.cleaner.buffer.utilization", () => cleaner.Statistics.LastUtilization, "1", "Share of the memory for keys that the last compaction needed.");
        _meter.CreateObservableGauge("kafkadog.broker.cleaner.dirty.ratio.max", () => cleaner.Statistics.MaxDirtyRatio, "1", "Of the dirtiest log when compaction last looked.");
        _meter.CreateObservableGauge("kafkadog.broker.cleaner.idle", () => cleaner.Statistics.SinceLastRun.TotalSeconds, "s", "Since compaction last looked.");
        _meter.CreateObservableGauge("kafkadog.broker.cleaner.uncleanable.partitions", () => cleaner.Statistics.UncleanablePartitions, "{partition}", "Logs that compaction has given up on.");
        _meter.CreateObservableGauge("kafkadog.broker.cleaner.uncleanable.bytes", () => cleaner.Statistics.UncleanableBytes, "By", "Bytes in them.");
    }

    public void RequestServed(string api, short version, int bytes, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("kafka.api", api);
        _duration.Record(duration.TotalSeconds, tag);
        _requestBytes.Add(bytes, tag);
        if (!_requests.Enabled && !_totalTime.Enabled)
            return;
        var request = new KeyValuePair<string, object?>("request", api);
        _requests.Add(1, request, new("version", version.ToString(CultureInfo.InvariantCulture)));
        _totalTime.Record(duration.TotalMilliseconds, request);
    }

    /// <summary>A producer wanted to append a batch.</summary>
    public void Produced(string topic, RecordData? records, ErrorCode error)
    {
        if (!_produceRequests.Enabled)
            return;
        var tag = new KeyValuePair<string, object?>("topic", topic);
        _produceRequests.Add(1, tag);
        if (error is not ErrorCode.None || records is not { Length: >= RecordBatch.HeaderSize } batch)
        {
            _failedProduces.Add(1, tag);
            return;
        }

        _messagesIn.Add(new RecordBatch(batch.Memory.Span).RecordCount, tag);
        _bytesIn.Add(batch.Length, tag);
    }

    /// <summary>A consumer is answered.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="topics">Where to find the name of a topic that the answer has by id only.</param>
    public void Fetched(FetchResponse response, TopicRegistry topics)
    {
        if (!_fetchRequests.Enabled)
            return;
        foreach (var topic in response.Responses)
        {
            var tag = new KeyValuePair<string, object?>("topic", topic.TopicId == Guid.Empty ? topic.Topic : topics.TryGet(topic.TopicId, out var found) ? found.Name : "unknown");
            foreach (var partition in topic.Partitions)
            {
                _fetchRequests.Add(1, tag);
                _bytesOut.Add(partition.Records?.Length ?? 0, tag);
                if (partition.ErrorCode is not ErrorCode.None)
                    _failedFetches.Add(1, tag);
            }
        }
    }

    public void ConnectionOpened()
    {
        _connections.Add(1);
        _kafkaConnections.Add(1);
    }

    public void ConnectionClosed()
    {
        _connections.Add(-1);
        _kafkaConnections.Add(-1);
    }

    public void Dispose() => _meter.Dispose();
}
