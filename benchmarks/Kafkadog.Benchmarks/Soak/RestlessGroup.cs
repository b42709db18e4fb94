using System.Diagnostics;
using Confluent.Kafka;

namespace Kafkadog.Benchmarks.Soak;

/// <summary>A group of either protocol whose members come and go; some go without a word.</summary>
internal sealed class RestlessGroup(SoakClients clients, GroupProtocol protocol) : SoakPart
{
    private const int Members = 3, VanishOnceIn = 4;

    /// <summary>More than a session that has to time out.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(90);

    private readonly Lock gate = new();
    private long lastRead = Stopwatch.GetTimestamp();
    private TimeSpan longestPause;
    private long read;
    private int lives;

    public override string Name => $"{protocol.ToString().ToLowerInvariant()} group";

    public override IEnumerable<Action<CancellationToken>> Writers => Enumerable.Range(0, Members).Select(number => (Action<CancellationToken>)(stop => Live(new Random(number), stop)));

    public override IEnumerable<Verdict> Check()
    {
        yield return new(
            $"the {Name} never stands still", $"{lives} members after one another, {read} records, longest pause {longestPause.TotalSeconds:F0} s", longestPause < LongestPause);
    }

    /// <summary>One member after another.</summary>
    private void Live(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var config = new ConsumerConfig { GroupId = Name, GroupProtocol = protocol, AutoOffsetReset = AutoOffsetReset.Earliest, AutoCommitIntervalMs = 1000 };
            if (protocol is GroupProtocol.Classic)
            {
                (config.SessionTimeoutMs, config.HeartbeatIntervalMs) = (10_000, 1000);
                config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
            }

            using var consumer = clients.Consumer(Name, config);
            consumer.Subscribe(MixedProducers.Topic);
            Interlocked.Increment(ref lives);
            var leaves = Stopwatch.GetTimestamp() + (random.Next(5, 30) * Stopwatch.Frequency);
            while (!stop.IsCancellationRequested && Stopwatch.GetTimestamp() < leaves)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(200)) is not null)
                {
                    clients.Tally.Read();
                    Read();
                }
            }

            if (random.Next(VanishOnceIn) > 0)
            {
                consumer.Close();
            }
        }
    }

    private void Read()
    {
        lock (gate)
        {
            read++;
            var pause = Stopwatch.GetElapsedTime(lastRead);
            longestPause = pause > longestPause ? pause : longestPause;
            lastRead = Stopwatch.GetTimestamp();
        }
    }
}
