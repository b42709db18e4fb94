using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class Crash
{
    [Fact(Timeout = 30_000)]
    public async Task Every_order_gets_its_invoice_although_the_broker_dies_in_between()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [new("orders"), new("invoices")] }, cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var program = new OrderProcessor(broker.BootstrapServers).RunAsync(stop.Token);
        await broker.WriteAsync("orders", KafkaRecord.FromJson("o-1", new Order("o-1", 12), OrderJson.Default.Order));
        await broker.WaitForCommitAsync("order-processor", "orders", partition: 0, offset: 1, cancel);

        await broker.CrashAsync();
        await broker.RestartAsync(cancel);
        await broker.WriteAsync("orders", KafkaRecord.FromJson("o-2", new Order("o-2", 30), OrderJson.Default.Order));

        var invoices = await broker.ReadAsync("invoices", 2, cancellationToken: cancel);
        Assert.Equal(["o-1", "o-2"], invoices.Select(invoice => invoice.KeyText));
        await stop.CancelAsync();
        await program;
    }
}
