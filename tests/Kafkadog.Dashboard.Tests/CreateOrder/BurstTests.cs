using Kafkadog.Dashboard.CreateOrder;

namespace Kafkadog.Dashboard.Tests.CreateOrder;

public sealed class BurstTests
{
    private static readonly GatewayAnswer Taken = new(201, Guid.NewGuid(), null, false, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(500, 100, true)]
    [InlineData(501, 100, false)]
    [InlineData(1, 101, false)]
    [InlineData(0, 0, false)]
    public void Burst_is_bounded(int orders, int perSecond, bool isValid) => Assert.Equal((isValid, isValid && orders > 1), (new BurstRequest(orders, perSecond).IsValid, new BurstRequest(orders, perSecond).Length > TimeSpan.Zero));

    [Fact]
    public async Task Every_order_is_counted_by_its_answer()
    {
        var burst = new Burst(new(Orders: 6, PerSecond: 100), TimeProvider.System);
        var count = 0;

        await burst.RunAsync(
            (_, _) => Interlocked.Increment(ref count) switch
            {
                1 => Task.FromResult(new GatewayAnswer(400, null, new("The order is not valid.", null, 400, []), false, TimeSpan.Zero)),
                2 => throw new HttpRequestException("connection refused"),
                _ => Task.FromResult(Taken),
            },
            TestContext.Current.CancellationToken);

        Assert.Equal((6, 6, 4, 1, 1), (burst.Progress.Planned, burst.Progress.Started, burst.Progress.Accepted, burst.Progress.Refused, burst.Progress.Unanswered));
        Assert.Equal(100, burst.Progress.Percent);
        Assert.NotNull(burst.Progress.LastProblem);
    }

    [Fact]
    public async Task Stopped_burst_tells_how_far_it_came()
    {
        using var stop = new CancellationTokenSource();
        var burst = new Burst(new(Orders: 500, PerSecond: 100), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => burst.RunAsync(
            async (_, _) =>
            {
                await stop.CancelAsync();
                return Taken;
            },
            stop.Token));

        Assert.InRange(burst.Progress.Started, 1, 499);
    }
}
