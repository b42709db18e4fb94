using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class HeadersOfInvoices
{
    [Fact(Timeout = 30_000)]
    public async Task Invoice_tells_its_type_and_version_and_keeps_the_trace()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [new("orders"), new("invoices")] }, cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var program = new OrderProcessor(broker.BootstrapServers).RunAsync(stop.Token);

        var order = KafkaRecord.FromJson("o-1", new Order("o-1", 12.50m), OrderJson.Default.Order);
        await broker.WriteAsync("orders", order with { Headers = [new("trace", "00-abc-01")] });

        var invoice = (await broker.ReadAsync("invoices", 1, cancellationToken: cancel))[0];
        Assert.Equal(["type", "version", "trace"], invoice.Headers.Select(header => header.Key));
        Assert.Equal(("invoice", "1", "00-abc-01"), (invoice.HeaderText("type"), invoice.HeaderText("version"), invoice.HeaderText("trace")));
        Assert.Equal(12.50m, invoice.ReadJson(OrderJson.Default.Order)!.Total);
        await stop.CancelAsync();
        await program;
    }
}
