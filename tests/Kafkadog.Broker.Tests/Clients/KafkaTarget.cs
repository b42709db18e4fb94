namespace Kafkadog.Broker.Tests.Clients;

/// <summary>What the conformance tests talk to. Each test runs once against every target, so that a difference shows.</summary>
public abstract class KafkaTarget
{
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(60);

    /// <summary><c>bootstrap.servers</c>; known after <see cref="StartAsync"/>.</summary>
    public abstract string Servers { get; }

    public int Port => int.Parse(Servers.AsSpan(Servers.LastIndexOf(':') + 1), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Starts it unless it runs; skips the test where it is not there.</summary>
    public abstract Task StartAsync();
}

/// <summary>This project's broker, in this process and on the disk.</summary>
public sealed class EmbeddedTarget : KafkaTarget, IAsyncLifetime
{
    /// <summary>Compaction that a test need not wait for long; Apache Kafka gets the same.</summary>
    public static IReadOnlyDictionary<string, string> CleanerSettings { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["log.cleaner.backoff.ms"] = "200" };

    private readonly TemporaryDirectory _data = new();
    private KafkaBroker? _broker;

    /// <summary>Transactions that are open for too long are looked for more often, so that no test waits ten seconds.</summary>
    private static BrokerOptions Options { get; } = new()
    {
        Port = 0,
        Configs = new Dictionary<string, string>(CleanerSettings, StringComparer.Ordinal) { ["transaction.abort.timed.out.transaction.cleanup.interval.ms"] = "250" },
    };

    public override string Servers => _broker!.BootstrapServers;

    public async ValueTask InitializeAsync() =>
        _broker = await KafkaBroker.StartAsync(Options with { DataDirectory = _data.Path }, TestContext.Current.CancellationToken);

    public override Task StartAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        _data.Dispose();
    }
}
