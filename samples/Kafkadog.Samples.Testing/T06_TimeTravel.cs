using Confluent.Kafka;
using Kafkadog.Broker;

namespace Kafkadog.Samples.Testing;

public sealed class TimeTravel
{
    [Fact(Timeout = 30_000)]
    public async Task Consumer_that_was_away_for_eight_days_goes_on_with_what_is_left()
    {
        var cancel = TestContext.Current.CancellationToken;
        var clock = new AdjustableTimeProvider();
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, TimeProvider = clock, Topics = [new("news")] }, cancel);
        await broker.WriteAsync("news", "monday", "old");
        using var consumer = broker.Consumer("readers", "news");
        consumer.Assign(new TopicPartitionOffset("news", 0, 0));

        clock.Advance(TimeSpan.FromDays(8));
        await broker.CleanLogsAsync();
        await broker.WriteAsync("news", "tuesday", "new");

        Assert.Equal("new", consumer.Consume(cancel).Message.Value);
        Assert.Equal(1, broker.GetOffsets("news").Start);
    }
}
