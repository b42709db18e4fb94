using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class TwoClusters
{
    [Fact(Timeout = 30_000)]
    public async Task Brokers_of_one_process_share_nothing_but_the_process()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var europe = await KafkaBroker.StartAsync(new() { Port = 0 }, cancel);
        await using var asia = await KafkaBroker.StartAsync(new() { Port = 0 }, cancel);
        using var producer = europe.Producer();
        await producer.ProduceAsync("orders", new() { Key = "o-1", Value = "placed" }, cancel);

        // A mirror in one line: what a program between two clusters would do.
        await asia.WriteAsync("orders", await europe.ReadAsync("orders", 1, cancellationToken: cancel));

        using var consumer = asia.Consumer("readers", "orders");
        Assert.Equal("placed", consumer.Consume(cancel).Message.Value);
        Assert.NotEqual(europe.ClusterId, asia.ClusterId);
        Assert.Single(europe.ReadAll("orders"));
    }
}
