namespace Kafkadog.Broker.Tests.Embedding;

public sealed class AdjustableTimeProviderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly AdjustableTimeProvider _clock = new();

    [Fact]
    public void Clock_goes_forward_by_what_it_is_told()
    {
        var (before, timestamp) = (_clock.GetUtcNow(), _clock.GetTimestamp());
        _clock.Advance(TimeSpan.FromDays(8));
        Assert.InRange(_clock.GetUtcNow() - before, TimeSpan.FromDays(8), TimeSpan.FromDays(8) + TimeSpan.FromMinutes(1));
        Assert.InRange(_clock.GetElapsedTime(timestamp), TimeSpan.FromDays(8), TimeSpan.FromDays(8) + TimeSpan.FromMinutes(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _clock.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public async Task Wait_ends_when_the_clock_passes_its_end_and_not_before()
    {
        var waiting = Task.Delay(TimeSpan.FromHours(2), _clock, Cancel);
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromHours(1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(20), Cancel);
    }

    [Fact]
    public async Task Timer_without_a_jump_is_the_systems()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(20), _clock, Cancel).WaitAsync(TimeSpan.FromSeconds(20), Cancel);
    }

    [Fact]
    public async Task Periodic_timer_fires_once_for_a_jump_over_many_periods_and_then_goes_on()
    {
        var ticks = 0;
        using var ticked = new SemaphoreSlim(0);
        using (_clock.CreateTimer(_ =>
        {
            Interlocked.Increment(ref ticks);
            ticked.Release();
        }, null, TimeSpan.FromHours(1), TimeSpan.FromHours(1)))
        {
            _clock.Advance(TimeSpan.FromHours(10));
            Assert.True(await ticked.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
            Assert.Equal(1, ticks);
            _clock.Advance(TimeSpan.FromHours(1));
            Assert.True(await ticked.WaitAsync(TimeSpan.FromSeconds(20), Cancel));
        }

        _clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(2, ticks);
    }

    [Fact]
    public async Task Records_grow_old_when_the_clock_is_moved()
    {
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, TimeProvider = _clock, Topics = [new("orders")] }, Cancel);
        await broker.WriteAsync("orders", "k", "old");
        _clock.Advance(TimeSpan.FromDays(6));
        await broker.WriteAsync("orders", "k", "young");
        await broker.CleanLogsAsync();
        Assert.Equal(2, broker.ReadAll("orders").Count);
        _clock.Advance(TimeSpan.FromDays(8));
        await broker.CleanLogsAsync();
        Assert.Equal(new TopicOffsets(2, 2, 2), broker.GetOffsets("orders"));
        Assert.Empty(broker.ReadAll("orders"));
    }

    [Fact]
    public async Task Consumer_that_is_there_while_the_clock_jumps_joins_again_and_goes_on()
    {
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, TimeProvider = _clock, Topics = [new("orders")] }, Cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var consumer = new Confluent.Kafka.ConsumerBuilder<string, string>(new Confluent.Kafka.ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "readers",
            AutoOffsetReset = Confluent.Kafka.AutoOffsetReset.Earliest,
            HeartbeatIntervalMs = 500,
        }).Build();
        consumer.Subscribe("orders");
        await broker.WriteAsync("orders", "k", "before");
        Assert.Equal("before", consumer.Consume(patience.Token).Message.Value);
        _clock.Advance(TimeSpan.FromDays(8));
        await broker.WriteAsync("orders", "k", "after");
        Assert.Equal("after", consumer.Consume(patience.Token).Message.Value);
    }
}
