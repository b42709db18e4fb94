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
        await broker.WriteAsync("news", "monday", "read");
        await broker.WriteAsync("news", "tuesday", "missed");
        using (var reader = broker.Consumer("readers", "news"))
        {
            Assert.Equal("read", reader.Consume(cancel).Message.Value);
            reader.Commit();
        }

        // Kafka keeps records for seven days unless told otherwise.
        clock.Advance(TimeSpan.FromDays(8));
        await broker.CleanLogsAsync();
        await broker.WriteAsync("news", "wednesday", "new");

        using var back = broker.Consumer("readers", "news");
        Assert.Equal("new", back.Consume(cancel).Message.Value);
        Assert.Equal(2, broker.GetOffsets("news").Start);
    }
}
