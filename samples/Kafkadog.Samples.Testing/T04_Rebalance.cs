using Confluent.Kafka;
using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class Rebalance
{
    [Fact(Timeout = 30_000)]
    public async Task Second_consumer_takes_over_half_of_the_partitions_and_gives_them_back()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [new("orders", Partitions: 4)] }, cancel);
        using var first = broker.Consumer("workers", "orders");
        await PollUntilAsync(broker.WaitForGroupAsync("workers", members: 1, cancel), first);

        using (var second = broker.Consumer("workers", "orders"))
        {
            await PollUntilAsync(broker.WaitForGroupAsync("workers", members: 2, cancel), first, second);
            await PollUntilAsync(OwnedAsync(first, 2, cancel), first, second);
            await PollUntilAsync(OwnedAsync(second, 2, cancel), first, second);
            second.Close();
        }

        await PollUntilAsync(OwnedAsync(first, 4, cancel), first);
    }

    private static async Task OwnedAsync(IConsumer<string, string> consumer, int partitions, CancellationToken cancel)
    {
        while (consumer.Assignment.Count != partitions)
            await Task.Delay(10, cancel);
    }

    /// <summary>Consumers take part in a rebalance only while they are polled.</summary>
    private static async Task PollUntilAsync(Task done, params IConsumer<string, string>[] consumers)
    {
        while (!done.IsCompleted)
        {
            foreach (var consumer in consumers)
                consumer.Consume(TimeSpan.FromMilliseconds(10));
        }

        await done;
    }
}
