using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Benchmarks.Orders;

namespace Kafkadog.Benchmarks.CompareKafka;

/// <summary>What <c>compare-kafka</c> is asked to do.</summary>
/// <param name="Executable">The published <c>kafkadog</c>.</param>
/// <param name="ApacheKafkaTools">The bin folder of an Apache Kafka.</param>
/// <param name="Rounds">Runs of each cell and figure on each broker, in turn; the median is told.</param>
/// <param name="Only">Cells and figures whose name has this in it; empty for all.</param>
/// <param name="Report">A Markdown file whose marked part is written anew; null for none.</param>
internal sealed record CompareKafkaOptions(string Executable, string ApacheKafkaTools, int Rounds, string Only, string? Report);

/// <summary>
/// The same client with the same settings against this broker, Apache Kafka and a broker that keeps nothing, cell by cell and in turn
/// on the same machine. The last one is the client's own ceiling.
/// </summary>
internal sealed class CompareKafkaBenchmark(CompareKafkaOptions options, IReadOnlyList<Peer> peers)
{
    private const string Begin = "<!-- compare-kafka -->", End = "<!-- /compare-kafka -->";
    private const int PartitionsToRestartWith = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly JavaTools java = new(options.ApacheKafkaTools);
    private readonly StringBuilder report = new();

    private Peer Ours => peers[0];
    private Peer Kafka => peers[1];
    private Peer Null => peers[2];

    public static async Task RunAsync(CompareKafkaOptions options)
    {
        if (!File.Exists(Path.Combine(options.ApacheKafkaTools, "start")))
        {
            throw new InvalidOperationException($"There is no Apache Kafka in {options.ApacheKafkaTools}: name the folder with its start and stop by --apache-kafka.");
        }

        using var ourData = new TemporaryDirectory();
        using var kafkaData = new TemporaryDirectory();
        await using var ours = await Peer.KafkadogAsync(options.Executable, ourData.Path);
        await using var kafka = await Peer.ApacheKafkaAsync(options.ApacheKafkaTools, kafkaData.Path);
        await using var nothing = await Peer.NullAsync();
        await new CompareKafkaBenchmark(options, [ours, kafka, nothing]).RunAsync();
    }

    private async Task RunAsync()
    {
        await Task.Delay(TimeSpan.FromSeconds(5)); // Until the brokers have settled: the first row of memory is of idle ones.
        var idle = peers.Select(peer => peer.Use().ResidentBytes).ToList();
        await ThroughputAsync();
        var loaded = peers.Select(peer => peer.Use().ResidentBytes).ToList();
        Line("");
        Line("| figure | kafkadog | Apache Kafka |");
        Line("|---|---|---|");
        await FigureAsync("resident memory idle, MB", peer => Task.FromResult(new Figure(idle[Index(peer)], $"{idle[Index(peer)] / 1e6:F0}")));
        await FigureAsync("resident memory after the runs above, MB", peer => Task.FromResult(new Figure(loaded[Index(peer)], $"{loaded[Index(peer)] / 1e6:F0}")));
        await FigureAsync("process start to first answer, s", peer => Task.FromResult(Figure.Of(peer.Ready)));
        await FigureAsync("round trip of one 100 B record, acks=all, ms: mean / p50 / p99 / p99.9", RoundTripAsync);
        await FigureAsync("end to end at 1,000 records/s, librdkafka, linger 0, ms: p50 / p99 / p99.9", EndToEndAsync);
        await FigureAsync("transactions/s of one producer, ten records each", TransactionsAsync);
        await FigureAsync($"restart with {PartitionsToRestartWith:N0} partitions to first answer, s", RestartAsync);

        if (options.Report is { } file)
        {
            await WriteAsync(file);
        }
    }

    private int Index(Peer peer) => peer == Ours ? 0 : peer == Kafka ? 1 : 2;

    private async Task ThroughputAsync()
    {
        Line("| cell | kafkadog, records/s | Apache Kafka | client's ceiling | kafkadog to Apache Kafka | of the ceiling | broker CPU, s/GB: kafkadog / Apache Kafka |");
        Line("|---|---|---|---|---|---|---|");
        // A consumer reads what the producer cell before it wrote, so producers run even where only the consumer is told.
        var cells = Cell.All.ToList();
        foreach (var group in cells.Chunk(3).Where(group => group.Any(cell => IsAskedFor(cell.Name))))
        {
            var runs = new Dictionary<(Cell, Peer), List<Measured>>();
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var peer in peers)
                {
                    await RunGroupAsync(peer, group, (cell, measured) =>
                    {
                        if (!runs.TryGetValue((cell, peer), out var list))
                        {
                            runs[(cell, peer)] = list = [];
                        }

                        list.Add(measured);
                    });
                }
            }

            foreach (var cell in group.Where(cell => IsAskedFor(cell.Name)))
            {
                var (ours, kafka, ceiling) = (Median(Ours), Median(Kafka), Median(Null));
                Line($"| {cell.Name} | {ours.Rate:N0} | {kafka.Rate:N0} | {ceiling.Rate:N0} | {ours.Rate / kafka.Rate:F2} | {ours.Rate / ceiling.Rate:P0} | {ours.CpuPerGb:F2} / {kafka.CpuPerGb:F2} |");

                Measured Median(Peer peer) => runs[(cell, peer)].OrderBy(m => m.Rate).ElementAt(options.Rounds / 2);
            }
        }
    }

    private bool IsAskedFor(string name) => name.Contains(options.Only, StringComparison.OrdinalIgnoreCase);

    private async Task RunGroupAsync(Peer peer, Cell[] group, Action<Cell, Measured> told)
    {
        var topics = new List<string>();
        foreach (var cell in group)
        {
            if (cell.Operation is Operation.Produce)
            {
                topics.Add($"compare-{Guid.NewGuid():N}");
                await LibrdkafkaClient.MakeTopicAsync(peer.Bootstrap, topics[^1], cell.Partitions);
            }

            var topic = topics[^1];
            var before = peer.Use().CpuSeconds;
            var rate = (cell.Client, cell.Operation) switch
            {
                (Client.Java, Operation.Produce) => await java.ProduceAsync(peer.Bootstrap, topic, cell),
                (Client.Java, Operation.Consume) => await java.ConsumeAsync(peer.Bootstrap, topic, cell),
                (Client.Librdkafka, Operation.Produce) => LibrdkafkaClient.Produce(peer.Bootstrap, topic, cell),
                _ => LibrdkafkaClient.Consume(peer.Bootstrap, topic, cell),
            };
            told(cell, new(rate, (peer.Use().CpuSeconds - before) / ((double)cell.Records * cell.RecordBytes / 1e9)));
            Console.Error.WriteLine($"{cell.Name}: {peer.Name} {rate:N0}/s");
        }

        foreach (var topic in topics)
        {
            await LibrdkafkaClient.DeleteTopicAsync(peer.Bootstrap, topic);
        }
    }

    /// <summary>A figure on both brokers in turn, if it is asked for. What comes first after the cells may still feel their load.</summary>
    private async Task FigureAsync(string name, Func<Peer, Task<Figure>> measure)
    {
        if (!IsAskedFor(name))
        {
            return;
        }

        var (ours, kafka) = (new List<Figure>(), new List<Figure>());
        for (var round = 0; round < options.Rounds; round++)
        {
            ours.Add(await measure(Ours));
            kafka.Add(await measure(Kafka));
            Console.Error.WriteLine($"{name}: {ours[^1].Text} | {kafka[^1].Text}");
        }

        Line($"| {name} | {Median(ours)} | {Median(kafka)} |");

        string Median(List<Figure> figures) => figures.OrderBy(figure => figure.Rank).ElementAt(options.Rounds / 2).Text;
    }

    private async Task<Figure> RoundTripAsync(Peer peer)
    {
        var trip = await java.RoundTripAsync(peer.Bootstrap, await MakeTopicAsync(peer), 5000);
        return new(trip.Mean, $"{trip.Mean:F2} / {trip.P50:F0} / {trip.P99:F0} / {trip.P999:F0}");
    }

    private static async Task<Figure> EndToEndAsync(Peer peer)
    {
        var ends = await LibrdkafkaClient.EndToEndAsync(peer.Bootstrap, await MakeTopicAsync(peer), 1000, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));
        return new(At(99), $"{At(50):F2} / {At(99):F2} / {At(99.9):F2}");

        double At(double percentile) => ends.GetValueAtPercentile(percentile) / (double)TimeSpan.TicksPerMillisecond;
    }

    private static async Task<Figure> TransactionsAsync(Peer peer)
    {
        var rate = LibrdkafkaClient.Transactions(peer.Bootstrap, await MakeTopicAsync(peer), 2000);
        return new(rate, $"{rate:N0}");
    }

    /// <summary>A clean stop with many partitions, and the time from the start of the process to its first answer.</summary>
    private async Task<Figure> RestartAsync(Peer peer)
    {
        using var data = new TemporaryDirectory();
        await using (var first = await StartAsync())
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = first.Bootstrap }).Build();
            await admin.CreateTopicsAsync(
                [new TopicSpecification { Name = "many", NumPartitions = PartitionsToRestartWith, ReplicationFactor = 1 }],
                new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience });
            using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = first.Bootstrap }).Build();
            for (var partition = 0; partition < PartitionsToRestartWith; partition++)
            {
                producer.Produce(new TopicPartition("many", partition), new() { Value = new byte[100] });
            }

            producer.Flush(Patience);
        }

        await using var second = await StartAsync();
        return Figure.Of(second.Ready);

        Task<Peer> StartAsync() => peer == Ours ? Peer.KafkadogAsync(options.Executable, data.Path) : Peer.ApacheKafkaAsync(options.ApacheKafkaTools, data.Path);
    }

    private static async Task<string> MakeTopicAsync(Peer peer)
    {
        var topic = $"compare-{Guid.NewGuid():N}";
        await LibrdkafkaClient.MakeTopicAsync(peer.Bootstrap, topic, 1);
        return topic;
    }

    private void Line(string text)
    {
        Console.WriteLine(text);
        report.AppendLine(text);
    }

    private async Task WriteAsync(string file)
    {
        var text = await File.ReadAllTextAsync(file);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"{file} has no lines {Begin} and {End} between which the report could stand.");
        }

        var day = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(file, $"{text[..(from + Begin.Length)]}\n\nTaken on {day}, median of {options.Rounds}.\n\n{report}\n{text[to..]}");
    }

    /// <param name="Rank">By which the median is found.</param>
    private readonly record struct Figure(double Rank, string Text)
    {
        public static Figure Of(TimeSpan time) => new(time.TotalSeconds, $"{time.TotalSeconds:F2}");
    }

    /// <param name="Rate">Records per second.</param>
    /// <param name="CpuPerGb">Processor seconds of the broker for 10^9 bytes of values.</param>
    private readonly record struct Measured(double Rate, double CpuPerGb);
}
