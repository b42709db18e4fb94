using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class RetryOnError
{
    [Fact(Timeout = 30_000)]
    public async Task Producer_retries_what_the_broker_refuses_for_now()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [new("orders")] }, cancel);
        var fault = broker.Faults.Fail(KafkaApi.Produce, KafkaError.NotEnoughReplicas, new() { Times = 2 });

        using var producer = broker.Producer();
        await producer.ProduceAsync("orders", new() { Key = "o-1", Value = "placed" }, cancel);

        Assert.Equal(2, fault.Hits);
        Assert.Equal("placed", Assert.Single(broker.ReadAll("orders")).ValueText);
    }
}
