using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class LostAnswer
{
    [Fact(Timeout = 30_000)]
    public async Task Record_is_there_once_although_its_answer_was_lost()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [new("orders")] }, cancel);
        var fault = broker.Faults.CloseConnection(KafkaApi.Produce, carriedOut: true, new() { Times = 1 });

        using var producer = broker.Producer();
        await producer.ProduceAsync("orders", new() { Key = "o-1", Value = "placed" }, cancel);

        // Written, answer lost, sent again: the idempotent producer's sequence number tells the broker that it has it already.
        Assert.Equal(1, fault.Hits);
        Assert.Single(broker.ReadAll("orders"));
    }
}
