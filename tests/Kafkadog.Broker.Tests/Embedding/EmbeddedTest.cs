using Confluent.Kafka;

namespace Kafkadog.Broker.Tests.Embedding;

/// <summary>A broker in memory for one test, and clients of it.</summary>
public abstract class EmbeddedTest : IAsyncLifetime
{
    private readonly CancellationTokenSource _patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

    internal KafkaBroker Broker { get; private set; } = null!;

    /// <summary>Ends every wait of the test after a time that only a failure needs.</summary>
    internal CancellationToken Patience => _patience.Token;

    internal virtual BrokerOptions Options { get; } = new() { Port = 0, OffsetsTopicPartitions = 4, Topics = [new("orders", 3)] };

    public async ValueTask InitializeAsync()
    {
        _patience.CancelAfter(TimeSpan.FromSeconds(30));
        Broker = await KafkaBroker.StartAsync(Options, Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        _patience.Dispose();
    }

    internal IProducer<string, string> Producer(Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig { BootstrapServers = Broker.BootstrapServers, LingerMs = 0, EnableIdempotence = true };
        configure?.Invoke(config);
        return new ProducerBuilder<string, string>(config).Build();
    }

    internal IConsumer<string, string> Consumer(string group) => new ConsumerBuilder<string, string>(new ConsumerConfig
    {
        BootstrapServers = Broker.BootstrapServers,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
    }).Build();
}
