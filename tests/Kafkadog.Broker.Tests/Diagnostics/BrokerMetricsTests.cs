using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Confluent.Kafka;
using Kafkadog.Broker.Tests.Embedding;

namespace Kafkadog.Broker.Tests.Diagnostics;

public sealed class BrokerMetricsTests : EmbeddedTest
{
    // Other brokers run in this process; what is told of topics and groups has their names.
    private readonly string _topic = $"measured-{Guid.NewGuid():N}", _group = $"measurers-{Guid.NewGuid():N}";

    [Fact]
    public async Task Traffic_logs_and_lag_are_told_by_the_names_of_kafkas_dashboards()
    {
        using var measured = new Measured();
        Broker.CreateTopic(_topic, 2);
        using var producer = Producer();
        for (var at = 0; at < 3; at++)
            await producer.ProduceAsync(new TopicPartition(_topic, 1), new() { Key = "k", Value = "0123456789" }, Patience);
        using var consumer = Consumer(_group);
        consumer.Assign(new TopicPartitionOffset(_topic, 1, Offset.Beginning));
        consumer.Consume(Patience);
        consumer.Commit([new TopicPartitionOffset(_topic, 1, 2)]);
        await Broker.WaitForCommitAsync(_group, _topic, 1, 2, Patience);
        measured.Observe();

        Assert.Equal(3, measured.Sum("kafka.server.brokertopicmetrics.messagesin", ("topic", _topic)));
        Assert.Equal(3, measured.Sum("kafka.server.brokertopicmetrics.totalproducerequests", ("topic", _topic)));
        Assert.Equal(0, measured.Sum("kafka.server.brokertopicmetrics.failedproducerequests", ("topic", _topic)));
        var size = measured.Last("kafka.log.log.size", ("topic", _topic), ("partition", "1"));
        Assert.True(size > 3 * 10);
        Assert.Equal(size, measured.Sum("kafka.server.brokertopicmetrics.bytesin", ("topic", _topic)));
        Assert.True(measured.Sum("kafka.server.brokertopicmetrics.bytesout", ("topic", _topic)) >= size);
        Assert.True(measured.Sum("kafka.server.brokertopicmetrics.totalfetchrequests", ("topic", _topic)) >= 1);
        Assert.Equal(3, measured.Last("kafka.log.log.logendoffset", ("topic", _topic), ("partition", "1")));
        Assert.Equal(0, measured.Last("kafka.log.log.logstartoffset", ("topic", _topic), ("partition", "0")));
        Assert.Equal(2, measured.Last("kafka.consumergroup.current.offset", ("consumergroup", _group), ("topic", _topic), ("partition", "1")));
        Assert.Equal(1, measured.Last("kafka.consumergroup.lag", ("consumergroup", _group), ("topic", _topic), ("partition", "1")));
        Assert.Equal(0, measured.Last("kafka.consumergroup.members", ("consumergroup", _group)));
        Assert.True(measured.Sum("kafka.network.requestmetrics.requests", ("request", "Produce")) >= 3);
        Assert.True(measured.Count("kafka.network.requestmetrics.totaltimems", ("request", "Produce")) >= 3);
        Assert.All(
            (string[])["kafka.server.replicamanager.partitioncount", "kafka.server.replicamanager.leadercount", "kafka.server.replicamanager.underreplicatedpartitions",
                "kafka.controller.kafkacontroller.activecontrollercount", "kafka.controller.kafkacontroller.offlinepartitionscount",
                "kafka.coordinator.group.groupmetadatamanager.numgroups", "kafka.server.socket.server.metrics.connection.count"],
            name => Assert.True(measured.Count(name) > 0, name));
    }

    [Fact]
    public async Task Failed_produce_counts_as_failed()
    {
        using var measured = new Measured();
        Broker.CreateTopic(new TopicOptions(_topic) { Configs = new Dictionary<string, string> { ["max.message.bytes"] = "100" } });
        using var producer = Producer();
        await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.ProduceAsync(_topic, new() { Key = "k", Value = new string('x', 1000) }, Patience));
        Assert.Equal(1, measured.Sum("kafka.server.brokertopicmetrics.failedproducerequests", ("topic", _topic)));
        Assert.Equal(0, measured.Sum("kafka.server.brokertopicmetrics.messagesin", ("topic", _topic)));
    }

    /// <summary>Everything the brokers of this process measure.</summary>
    private sealed class Measured : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentQueue<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> _seen = [];

        public Measured()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Kafkadog.Broker")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => _seen.Enqueue((instrument.Name, value, tags.ToArray())));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => _seen.Enqueue((instrument.Name, value, tags.ToArray())));
            _listener.Start();
        }

        public void Observe() => _listener.RecordObservableInstruments();

        public double Sum(string name, params (string, string)[] tags) => Find(name, tags).Sum();

        public double Last(string name, params (string, string)[] tags) => Find(name, tags).Last();

        public int Count(string name, params (string, string)[] tags) => Find(name, tags).Count();

        public void Dispose() => _listener.Dispose();

        private IEnumerable<double> Find(string name, (string Key, string Value)[] tags) => _seen
            .Where(one => one.Name == name && tags.All(tag => one.Tags.Any(t => t.Key == tag.Key && (string?)t.Value == tag.Value)))
            .Select(one => one.Value);
    }
}
