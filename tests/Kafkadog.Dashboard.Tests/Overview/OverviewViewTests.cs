using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Overview;
using Kafkadog.Dashboard.Tests.Observing;

namespace Kafkadog.Dashboard.Tests.Overview;

public sealed class OverviewViewTests
{
    private readonly ShopStory story = new();

    [Fact]
    public void Followed_order_is_the_newest_but_each_is_shown_for_a_while()
    {
        FollowedOrder followed = new();
        var orders = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToList();
        story.Placed(orders[0], 0);
        Assert.Equal(orders[0], followed.Choose(story.Observed, At(0)));

        story.Placed(orders[1], 0.5);
        Assert.Equal(orders[0], followed.Choose(story.Observed, At(1.9)));
        Assert.Equal(orders[1], followed.Choose(story.Observed, At(2)));

        // After a rest the next one is followed at once.
        story.Placed(orders[2], 10);
        Assert.Equal(orders[2], followed.Choose(story.Observed, At(10)));
    }

    [Fact]
    public void Followed_order_of_an_earlier_moment_is_the_newest_of_then()
    {
        FollowedOrder followed = new();
        var orders = Enumerable.Range(0, 2).Select(_ => Guid.CreateVersion7()).ToList();
        story.Placed(orders[0], 0);
        story.Placed(orders[1], 5);
        followed.Choose(story.Observed, At(5));

        Assert.Equal(orders[0], followed.Choose(story.Observed, new Moment(ShopStory.Noon.AddSeconds(4), IsNow: false)));
    }

    [Fact]
    public void Few_orders_are_told_one_by_one()
    {
        var order = Guid.CreateVersion7();
        story.Placed(order, 0);
        story.Completed(order, 0.2);

        Assert.Equal([order, order], HappeningsView.Of(story.Observed, At(1)).Lines.Select(l => l.OrderId));
    }

    [Fact]
    public void Many_orders_of_one_second_are_one_line_and_hide_nothing_else()
    {
        for (var i = 0; i < 50; i++)
        {
            var order = Guid.CreateVersion7();
            story.Placed(order, i * 0.01);
            story.Completed(order, (i * 0.01) + 0.2);
        }

        story.Cancelled(Guid.CreateVersion7(), 2);
        story.Observed.SetInstances([new("payment-service-2", "payment-service", 2, "", ShopInstanceState.Killed)], ShopStory.Noon.AddSeconds(0.3));

        var lines = HappeningsView.Of(story.Observed, At(3)).Lines;

        Assert.Equal(3, lines.Count);
        Assert.Contains(lines, l => l.Text == "Orders within one second: 50 placed, 50 completed");
        Assert.Contains(lines, l => l.Text == "payment-service-2 was killed");
    }

    [Fact]
    public void Text_of_a_failure_cannot_lie_about_itself()
    {
        var record = story.Add(Guid.CreateVersion7(), new OrderCompleted(Guid.NewGuid(), ShopStory.Noon), Topics.Outcomes, 0, 0);
        story.Observed.Add(record with { Offset = 9, Type = null, Problem = "a\u202eb" }, null, ShopStory.Noon);

        var line = Assert.Single(HappeningsView.Of(story.Observed, At(1)).Lines, l => l.Kind == ChipKind.Bad);
        Assert.EndsWith("is no event: a⟨U+202E⟩b", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_for_retries_are_only_counted_until_something_waits_there()
    {
        var now = ShopStory.Noon;
        var place = new Place(Topics.Retry, 0);
        Member member = new("m", "payment-service-1", "", [place]);
        story.Observed.Groups.Add(Groups.Payment, new(now, 1, null, [member]));
        story.Observed.Groups.Add("payment-service-retry", new(now, 1, null, [member]));
        Assert.Equal((1, 1), Count());

        story.Observed.Groups.Add("payment-service-retry", new(now.AddSeconds(1), 2, null, []));
        Assert.Equal((2, 0), Count());

        (int, int) Count()
        {
            var view = GroupsView.Of(story.Observed, At(2));
            return (view.Groups.Count, view.QuietRetryGroups);
        }
    }

    private static Moment At(double seconds) => new(ShopStory.Noon.AddSeconds(seconds), IsNow: true);
}
