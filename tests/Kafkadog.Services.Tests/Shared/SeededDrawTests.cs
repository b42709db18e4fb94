using Kafkadog.Services.Shared;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Services.Tests.Shared;

public sealed class SeededDrawTests
{
    private static readonly Guid Order = Guid.Parse("3f2504e0-4f89-41d3-9a0c-0305e82c3301");

    [Fact]
    public void The_same_question_gets_the_same_number()
    {
        Assert.Equal(SeededDraw.Next(1, Order, 0, 2), SeededDraw.Next(1, Order, 0, 2));
        Assert.NotEqual(SeededDraw.Next(1, Order, 0, 2), SeededDraw.Next(2, Order, 0, 2));
        Assert.NotEqual(SeededDraw.Next(1, Order, 0, 2), SeededDraw.Next(1, Order, 1, 2));
        Assert.NotEqual(SeededDraw.Next(1, Order, 0, 2), SeededDraw.Next(1, Order, 0, 3));
    }

    [Fact]
    public void Numbers_are_evenly_spread()
    {
        var random = new Random(7);
        var id = new byte[16];
        var counts = new int[10];
        for (var i = 0; i < 10_000; i++)
        {
            random.NextBytes(id);
            counts[(int)(SeededDraw.Next(1, new Guid(id), 0, 2) * 10)]++;
        }

        Assert.All(counts, c => Assert.InRange(c, 850, 1150));
    }

    [Fact]
    public async Task Work_takes_its_time_and_fails_as_often_as_told()
    {
        var time = new FakeTimeProvider();
        var work = new SimulatedWork { MinDelayMs = 100, MaxDelayMs = 300 };
        var run = work.RunAsync(Order, 0, time, TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromMilliseconds(99));
        Assert.False(run.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(201));
        await run;

        await Assert.ThrowsAsync<SimulatedFailureException>(async () =>
            await (work with { MinDelayMs = 0, MaxDelayMs = 0, FailureRate = 1 }).RunAsync(Order, 0, time, TestContext.Current.CancellationToken));
    }
}
