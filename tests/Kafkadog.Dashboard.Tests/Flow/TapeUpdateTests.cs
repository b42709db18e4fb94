using Kafkadog.Contracts;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.Observing;

namespace Kafkadog.Dashboard.Tests.Flow;

public sealed class TapeUpdateTests
{
    private readonly ShopStory story = new();
    private readonly TapeUpdate update = new();

    [Fact]
    public void First_message_has_everything_and_the_next_only_what_is_new()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        var first = Next()!;
        Assert.True(first.R);
        Assert.Single(first.L.Single().C);
        Assert.Null(Next());

        story.Placed(Guid.CreateVersion7(), 1);
        var second = Next()!;
        Assert.False(second.R);
        Assert.Equal(1, second.L.Single().C.Single()[0]);
    }

    [Fact]
    public void Commit_moves_marks_without_sending_cells_again()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        Next();
        story.Observed.Commits.Add(Groups.Payment, new Place(Topics.Orders, 0), 1, ShopStory.Noon);
        var lane = Next()!.L.Single();
        Assert.Empty(lane.C);
        Assert.Equal(1, lane.D);
        Assert.Equal([1L, "P"], lane.M.Single());
    }

    [Fact]
    public void Fast_records_become_a_stream_and_slow_ones_cells_again()
    {
        for (var i = 0; i < 300; i++)
        {
            story.Placed(Guid.CreateVersion7(), 0);
        }

        var fast = Next()!;
        Assert.Equal(60, fast.S);
        Assert.Empty(fast.L.Single().C);
        var slow = update.Next(View(60), isLive: true)!;
        Assert.True(slow.R);
        Assert.Null(slow.S);
        Assert.Equal(TapesView.MostCells, slow.L.Single().C.Length);
    }

    [Fact]
    public void Looking_back_and_coming_back_draw_anew()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        story.Placed(Guid.CreateVersion7(), 5);
        Next();
        var past = update.Next(TapesView.Of(story.Observed, new Moment(ShopStory.Noon.AddSeconds(1), IsNow: false), [Topics.Orders], null), isLive: false)!;
        Assert.True(past.R);
        Assert.Single(past.L.Single().C);
        Assert.True(Next()!.R);
    }

    [Fact]
    public void Picked_order_is_marked_on_every_lane()
    {
        var order = Guid.CreateVersion7();
        story.Placed(order, 0);
        story.Authorized(order, 1);
        var view = TapesView.Of(story.Observed, new Moment(ShopStory.Noon, IsNow: true), [Topics.Orders, Topics.Payments], order);
        Assert.Equal(2, update.Next(view, isLive: true)!.P.Length);
    }

    private TapeMessage? Next() => update.Next(View(0), isLive: true);

    private TapesView View(double at) => TapesView.Of(story.Observed, new Moment(ShopStory.Noon.AddSeconds(at), IsNow: true), [Topics.Orders], null);
}
