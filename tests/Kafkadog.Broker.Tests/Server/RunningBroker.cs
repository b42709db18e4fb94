namespace Kafkadog.Broker.Tests.Server;

/// <summary>A broker on a free port, in memory, for the tests of one class.</summary>
public sealed class RunningBroker : IAsyncLifetime
{
    public static BrokerOptions Options { get; } = new() { Port = 0, OffsetsTopicPartitions = 4 };

    public KafkaBroker Broker { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Broker = await KafkaBroker.StartAsync(Options, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
