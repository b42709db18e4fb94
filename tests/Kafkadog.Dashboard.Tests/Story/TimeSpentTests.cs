using Kafkadog.Dashboard.Story;

namespace Kafkadog.Dashboard.Tests.Story;

public sealed class TimeSpentTests
{
    private static readonly LaneKey Lane = new("payment-service", "Payment", "payment-service-1");

    [Fact]
    public void Parts_add_up_to_the_whole()
    {
        var spent = TimeSpent.Of(OrderScript.TwoRetries().Bars(5_000), OrderScript.At(0), OrderScript.At(3_740));

        Assert.Equal(TimeSpan.FromMilliseconds(3_740), spent.Total);
        Assert.Equal(spent.Total, spent.Working + spent.Parked + spent.Waiting + spent.NotTold);

        // Parked from 300 to 1380 and from 1500 to 3580, less what payment and saga worked meanwhile.
        Assert.Equal(TimeSpan.FromMilliseconds(1_080 + 2_080 - 20 - 10), spent.Parked);
    }

    [Fact]
    public void Every_moment_counts_once_work_before_parked_before_waiting()
    {
        StoryBar[] bars =
        [
            Bar(BarKind.Waits, 0, 100), Bar(BarKind.Works, 50, 150), Bar(BarKind.Parked, 100, 300), Bar(BarKind.Failed, 250, 260),
            Bar(BarKind.WaitsFor, 0, 1000),
        ];

        var spent = TimeSpent.Of(bars, OrderScript.At(0), OrderScript.At(400));

        Assert.Equal(
            (50, 110, 140, 100),
            (spent.Waiting.TotalMilliseconds, spent.Working.TotalMilliseconds, spent.Parked.TotalMilliseconds, spent.NotTold.TotalMilliseconds));
    }

    [Fact]
    public void What_is_after_the_outcome_does_not_count()
    {
        var spent = TimeSpent.Of([Bar(BarKind.Works, 100, 900)], OrderScript.At(0), OrderScript.At(300));

        Assert.Equal(TimeSpan.FromMilliseconds(200), spent.Working);
        Assert.Equal([0.0, 66.7, 0.0, 33.3], spent.Parts.Select(p => p.Percent));
    }

    private static StoryBar Bar(BarKind kind, double from, double to) => new(Lane, kind, OrderScript.At(from), OrderScript.At(to), null, "");
}
