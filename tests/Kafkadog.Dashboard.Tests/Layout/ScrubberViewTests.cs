using Kafkadog.Dashboard.Layout;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.Observing;

namespace Kafkadog.Dashboard.Tests.Layout;

public sealed class ScrubberViewTests
{
    private readonly ShopStory story = new();

    [Fact]
    public void What_came_after_the_moment_is_counted_within_its_second_too()
    {
        story.Placed(Guid.CreateVersion7(), 0.2);
        story.Placed(Guid.CreateVersion7(), 0.4);

        Assert.Equal(1, View(new Moment(ShopStory.Noon.AddSeconds(0.3), IsNow: false)).NewSince);
        Assert.Equal(0, View(new Moment(ShopStory.Noon.AddSeconds(1), IsNow: true)).NewSince);
    }

    [Fact]
    public void Bars_are_one_path_and_the_highest_fills_the_strip()
    {
        story.Placed(Guid.CreateVersion7(), -20);
        for (var i = 0; i < 100; i++)
        {
            story.Placed(Guid.CreateVersion7(), 0);
        }

        Assert.Equal("M87 20v-2M89 20v-20", View(new Moment(ShopStory.Noon, IsNow: true)).Bars);
    }

    private ScrubberView View(Moment moment) => ScrubberView.Of(story.Observed, moment, ShopStory.Noon.AddSeconds(moment.IsNow ? 0 : 5), TimeSpan.FromMinutes(15));
}
