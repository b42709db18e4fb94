using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using Kafkadog.Benchmarks.CompareKafka;
using Kafkadog.Benchmarks.Orders;

namespace Kafkadog.Benchmarks.BrokerLimits;

/// <summary>One consumer that waits, with <c>fetch.wait.max.ms</c> at its default of 500: what it costs, and how soon it has a new record.</summary>
internal static class IdleConsumerBenchmark
{
    private const string Topic = "idle";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(string executable, TimeSpan duration)
    {
        using var data = new TemporaryDirectory();
        await using var broker = await Peer.KafkadogAsync(executable, data.Path);
        await LibrdkafkaClient.MakeTopicAsync(broker.Bootstrap, Topic, 1);
        await Task.Delay(Settling);
        var alone = await CpuAsync(broker, duration);
        long fetches = 0;
        double waiting;
        using (var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = broker.Bootstrap, GroupId = "idle", StatisticsIntervalMs = 200 })
            .SetStatisticsHandler((_, json) => Volatile.Write(ref fetches, Fetches(json))).Build())
        {
            consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.End));
            using var stop = new CancellationTokenSource();
            var polling = Task.Run(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    consumer.Consume(TimeSpan.FromMilliseconds(100));
                }
            });
            await Task.Delay(Settling);
            var before = Volatile.Read(ref fetches);
            waiting = await CpuAsync(broker, duration);
            var rate = (Volatile.Read(ref fetches) - before) / duration.TotalSeconds;
            await stop.CancelAsync();
            await polling;
            Console.WriteLine("| figure | measured |\n|---|---|");
            Console.WriteLine($"| fetches/s of a consumer that waits | {rate:F1} |");
        }

        Console.WriteLine($"| broker CPU, % of a core: no client / one consumer that waits | {alone * 100:F2} / {waiting * 100:F2} |");
        await LibrdkafkaClient.MakeTopicAsync(broker.Bootstrap, "woken", 1);
        var histogram = await LibrdkafkaClient.EndToEndAsync(broker.Bootstrap, "woken", 50, TimeSpan.Zero, duration);
        Console.WriteLine($"| a new record, 50 a second, until the consumer that waits for it has it, ms: p50 / p99 / max | {At(50):F2} / {At(99):F2} / {At(100):F2} |");

        double At(double percentile) => histogram.GetValueAtPercentile(percentile) / (double)TimeSpan.TicksPerMillisecond;
    }

    private static async Task<double> CpuAsync(Peer broker, TimeSpan duration)
    {
        var before = broker.Use().CpuSeconds;
        var began = Stopwatch.GetTimestamp();
        await Task.Delay(duration);
        return (broker.Use().CpuSeconds - before) / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Of all brokers the client knows.</summary>
    private static long Fetches(string statistics)
    {
        using var json = JsonDocument.Parse(statistics);
        return json.RootElement.GetProperty("brokers").EnumerateObject()
            .Sum(broker => broker.Value.GetProperty("req").TryGetProperty("Fetch", out var count) ? count.GetInt64() : 0);
    }
}
