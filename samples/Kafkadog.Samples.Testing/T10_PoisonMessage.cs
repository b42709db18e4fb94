using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class PoisonMessage
{
    [Fact(Timeout = 30_000)]
    public async Task Order_that_cannot_be_read_is_set_aside_and_the_next_one_gets_its_invoice()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [new("orders"), new("invoices"), new("orders.dlq")] }, cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var program = new OrderProcessor(broker.BootstrapServers).RunAsync(stop.Token);

        await broker.WriteAsync("orders", "o-1", "{ not json");
        await broker.WriteAsync("orders", KafkaRecord.FromJson("o-2", new Order("o-2", 30), OrderJson.Default.Order));
        await broker.WaitUntilConsumedAsync("order-processor", "orders", cancel);

        var dead = Assert.Single(broker.ReadAll("orders.dlq"));
        Assert.Equal(("o-1", "{ not json"), (dead.KeyText, dead.ValueText));
        Assert.NotNull(dead.HeaderText("error"));
        Assert.Equal("o-2", Assert.Single(broker.ReadAll("invoices")).KeyText);
        await stop.CancelAsync();
        await program;
    }
}
