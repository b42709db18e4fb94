using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class ProduceAndConsume
{
    [Fact(Timeout = 30_000)]
    public async Task Consumer_gets_what_the_producer_sent()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0 }, cancel);
        using var producer = broker.Producer();
        await producer.ProduceAsync("greetings", new() { Key = "en", Value = "hello" }, cancel);

        using var consumer = broker.Consumer("listeners", "greetings");
        var received = consumer.Consume(cancel);

        Assert.Equal(("en", "hello"), (received.Message.Key, received.Message.Value));
    }
}
