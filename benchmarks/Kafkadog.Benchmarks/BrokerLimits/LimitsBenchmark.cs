using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using HdrHistogram;
using Kafkadog.Benchmarks.CompareKafka;
using Kafkadog.Benchmarks.Orders;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Benchmarks.BrokerLimits;

/// <summary>What a thousand connections and topics, and five thousand partitions, cost the broker as a process of its own.</summary>
internal static class LimitsBenchmark
{
    private const int Connections = 1000, Topics = 1000, PartitionsOfEach = 5, TopicsAtOnce = 50, Rounds = 200;
    private const short Version = 12;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(string executable)
    {
        using var data = new TemporaryDirectory();
        await using (var broker = await Peer.KafkadogAsync(executable, data.Path))
        {
            Console.WriteLine("| figure | measured |\n|---|---|");
            Console.WriteLine($"| RSS before, MB | {broker.Use().ResidentBytes / 1e6:F0} |");
            var began = Stopwatch.GetTimestamp();
            await MakeTopicsAsync(broker.Bootstrap);
            Console.WriteLine($"| {Topics} topics of {PartitionsOfEach} partitions made, s | {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} |");
            FillAll(broker.Bootstrap);
            Console.WriteLine($"| RSS with a record in each partition, MB | {broker.Use().ResidentBytes / 1e6:F0} |");
            var connections = Enumerable.Range(0, Connections).Select(_ => new WireConnection(broker.Port)).ToList();
            try
            {
                Metadata(connections);
                Console.WriteLine($"| RSS after it, MB | {broker.Use().ResidentBytes / 1e6:F0} |");
            }
            finally
            {
                connections.ForEach(connection => connection.Dispose());
            }
        }

        await using var again = await Peer.KafkadogAsync(executable, data.Path);
        Console.WriteLine($"| started again to its first answer, ms | {again.Ready.TotalMilliseconds:F0} |");
        Console.WriteLine($"| RSS then, MB | {again.Use().ResidentBytes / 1e6:F0} |");
    }

    private static async Task MakeTopicsAsync(string bootstrap)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrap }).Build();
        foreach (var names in Enumerable.Range(0, Topics).Select(at => $"topic-{at}").Chunk(TopicsAtOnce))
        {
            await admin.CreateTopicsAsync(
                names.Select(name => new TopicSpecification { Name = name, NumPartitions = PartitionsOfEach, ReplicationFactor = 1 }),
                new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience });
        }
    }

    private static void FillAll(string bootstrap)
    {
        var failed = 0;
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = bootstrap }).Build();
        for (var topic = 0; topic < Topics; topic++)
        {
            for (var partition = 0; partition < PartitionsOfEach; partition++)
            {
                producer.Produce(new TopicPartition($"topic-{topic}", partition), new() { Value = new byte[100] }, report => failed += report.Error.IsError ? 1 : 0);
            }
        }

        if (producer.Flush(Patience) + failed > 0)
        {
            throw new InvalidOperationException("Not every partition took its record.");
        }
    }

    /// <summary>Each connection asks once for one topic, so that all are in use; then one after the other for all of them.</summary>
    private static void Metadata(List<WireConnection> connections)
    {
        var one = WireConnection.Frame(ApiSchemas.Metadata, Version, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = "topic-0" }] });
        var all = WireConnection.Frame(ApiSchemas.Metadata, Version, new MetadataRequest { Topics = null });
        connections.ForEach(connection => connection.Ask(one));
        var histogram = new LongHistogram(TimeSpan.TicksPerMinute, 3);
        for (var round = 0; round < Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            var answer = connections[round * (Connections / Rounds)].Ask(all);
            histogram.RecordValue(Math.Max(1, Stopwatch.GetElapsedTime(began).Ticks));
            var told = WireConnection.Parse<MetadataResponse>(ApiSchemas.Metadata, Version, answer);
            if (told.Topics.Count(topic => topic.Name!.StartsWith("topic-", StringComparison.Ordinal) && topic.Partitions.Count == PartitionsOfEach) != Topics)
            {
                throw new InvalidOperationException("Metadata does not tell every partition.");
            }
        }

        Console.WriteLine($"| Metadata of all topics with {connections.Count} connections, ms: p50 / p99 / max | {At(50):F1} / {At(99):F1} / {At(100):F1} |");

        double At(double percentile) => histogram.GetValueAtPercentile(percentile) / (double)TimeSpan.TicksPerMillisecond;
    }
}
