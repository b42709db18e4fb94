using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Benchmarks.Orders;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>A mixed load for a long time while the broker is stopped and killed: what it takes stays the same, and nothing acknowledged is lost.</summary>
internal static class BrokerSoak
{
    /// <summary>The lives of the broker as shares of the time: it is stopped after the first and killed after the second.</summary>
    private static readonly double[] Lives = [0.4, 0.2, 0.4];
    private static readonly string[] Ends = ["stopped", "killed", "end of the run"];
    private static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Logs are full, cleaned and deleted after a minute, not after days, so that whatever goes on growing shows.</summary>
    private static readonly string[] Settings =
    [
        "log.segment.bytes=1048576", "log.retention.check.interval.ms=2000", "log.cleaner.backoff.ms=1000", "log.segment.delete.delay.ms=5000",
        "offsets.topic.num.partitions=5", "offsets.topic.segment.bytes=1048576", "transaction.state.log.num.partitions=3", "transaction.state.log.segment.bytes=1048576",
        "producer.id.expiration.ms=60000",
    ];

    public static async Task RunAsync(string executable, TimeSpan duration)
    {
        using var data = new TemporaryDirectory();
        await using var broker = new SoakBroker(executable, data.Path, Settings);
        var tally = new Tally(() => broker.IsAway);
        var ready = new List<TimeSpan> { await broker.StartAsync() };
        await MakeTopicsAsync(broker.Servers);
        using var load = new SoakLoad(broker, tally);
        Console.WriteLine("| minute | life | RSS, MB | handles | threads | data directory, MB | produced | consumed | errors, restart / other |\n|---|---|---|---|---|---|---|---|---|");
        var samples = new List<Sample>();
        for (var (life, began) = (1, Stopwatch.GetTimestamp()); life <= Lives.Length; life++)
        {
            await LiveAsync(life, Lives[life - 1] * duration, began);
            if (life < Lives.Length)
            {
                await (life % 2 == 1 ? broker.StopAsync() : broker.KillAsync());
                ready.Add(await broker.StartAsync());
            }
        }

        var verdicts = await load.FinishAsync();
        TellLives(samples, ready);
        TellFindings(verdicts, tally, broker.Complaints);
        if (verdicts.Any(verdict => !verdict.Holds))
        {
            throw new InvalidOperationException("Something does not hold; see the table.");
        }

        async Task LiveAsync(int life, TimeSpan length, long began)
        {
            var born = Stopwatch.GetTimestamp();
            while (length - Stopwatch.GetElapsedTime(born) is var left && left > TimeSpan.Zero)
            {
                await load.RunForAsync(left < BetweenSamples ? left : BetweenSamples);
                broker.ThrowIfEnded();
                samples.Add(broker.Take(life, Stopwatch.GetElapsedTime(born), tally));
                TellRow(samples[^1], Stopwatch.GetElapsedTime(began));
            }
        }
    }

    private static async Task MakeTopicsAsync(string servers)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        await admin.CreateTopicsAsync(
            [
                Deleted(NumberedStream.Topic, NumberedStream.Partitions),
                Deleted(Transfers.Topic, Transfers.Partitions),
                Deleted(MixedProducers.Topic, MixedProducers.Partitions),
                new()
                {
                    Name = Table.Topic, NumPartitions = 1, ReplicationFactor = 1,
                    Configs = new() { ["cleanup.policy"] = "compact", ["min.cleanable.dirty.ratio"] = "0.3", ["delete.retention.ms"] = "10000" },
                },
            ],
            new CreateTopicsOptions { RequestTimeout = Patience, OperationTimeout = Patience });

        static TopicSpecification Deleted(string name, int partitions) =>
            new() { Name = name, NumPartitions = partitions, ReplicationFactor = 1, Configs = new() { ["retention.bytes"] = $"{2 * 1024 * 1024}" } };
    }

    private static void TellRow(Sample sample, TimeSpan at) => Console.WriteLine(
        $"| {at.TotalMinutes:F1} | {sample.Life} | {sample.ResidentBytes / 1e6:F0} | {sample.Handles} | {sample.Threads} | {sample.DiskBytes / 1e6:F1} | {sample.Produced} | {sample.Consumed} | {sample.ExplainedErrors} / {sample.OtherErrors} |");

    private static void TellLives(List<Sample> samples, List<TimeSpan> ready)
    {
        Console.WriteLine("\n| life | ready after, ms | minutes | then | CPU, % of a core | RSS, MB: after a minute / half way / at its end | handles | threads | data directory, MB |\n|---|---|---|---|---|---|---|---|---|");
        foreach (var life in samples.GroupBy(sample => sample.Life))
        {
            var (end, half) = (life.Last(), life.Last().Age / 2);
            Sample[] points = [Nearest(life, TimeSpan.FromMinutes(1) < half ? TimeSpan.FromMinutes(1) : TimeSpan.Zero), Nearest(life, half), end];
            Console.WriteLine(
                $"| {life.Key} | {ready[life.Key - 1].TotalMilliseconds:F0} | {end.Age.TotalMinutes:F1} | {Ends[life.Key - 1]} | {end.CpuSeconds / end.Age.TotalSeconds * 100:F0} | {Row(p => $"{p.ResidentBytes / 1e6:F0}")} | {Row(p => $"{p.Handles}")} | {Row(p => $"{p.Threads}")} | {Row(p => $"{p.DiskBytes / 1e6:F1}")} |");

            string Row(Func<Sample, string> figure) => string.Join(" / ", points.Select(figure));
        }
    }

    private static void TellFindings(List<Verdict> verdicts, Tally tally, IReadOnlyCollection<string> complaints)
    {
        Console.WriteLine("\n| what must hold | found | |\n|---|---|---|");
        verdicts.ForEach(verdict => Console.WriteLine($"| {verdict.Claim} | {verdict.Found} | {(verdict.Holds ? "holds" : "**does not hold**")} |"));
        Console.WriteLine("\n| client | error | during a restart and 15 s after | at other times |\n|---|---|---|---|");
        foreach (var (client, error, explained, other) in tally.Errors)
        {
            Console.WriteLine($"| {client} | {error} | {explained} | {other} |");
        }

        Console.WriteLine($"\nWarnings and errors of the broker itself: {complaints.Count}");
        foreach (var complaint in complaints.Take(20))
        {
            Console.WriteLine($"    {complaint}");
        }
    }

    private static Sample Nearest(IEnumerable<Sample> samples, TimeSpan age) => samples.MinBy(sample => (sample.Age - age).Duration())!;
}
