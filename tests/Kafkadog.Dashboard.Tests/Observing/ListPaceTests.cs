using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class ListPaceTests
{
    private static readonly TimeSpan Usually = TimeSpan.FromMilliseconds(200);

    private readonly ListPace pace = new(Usually, busyAbove: 50);

    [Fact]
    public void List_that_nobody_could_read_is_renewed_seldom_until_it_is_calmer()
    {
        Measure(rows: 250);
        Assert.Equal(Usually, pace.Interval);

        Measure(rows: 260);
        Assert.Equal(ListPace.WhenBusy, pace.Interval);

        // Not to and fro around the same figure.
        Measure(rows: 240);
        Assert.True(pace.IsBusy);
        Measure(rows: 190);
        Assert.False(pace.IsBusy);
    }

    [Fact]
    public void Moment_of_the_past_is_never_busy()
    {
        pace.Measure(Enumerable.Repeat(ShopStory.Noon, 1_000), new Moment(ShopStory.Noon, IsNow: false));

        Assert.False(pace.IsBusy);
    }

    private void Measure(int rows) => pace.Measure(
        [.. Enumerable.Repeat(ShopStory.Noon, rows), .. Enumerable.Repeat(ShopStory.Noon.AddSeconds(-6), 1_000)], new Moment(ShopStory.Noon, IsNow: true));
}
