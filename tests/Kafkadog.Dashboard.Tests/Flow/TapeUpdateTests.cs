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
        Assert.Single(first.L.Single().C!);
        Assert.Null(Next());

        story.Placed(Guid.CreateVersion7(), 1);
        var second = Next()!;
        Assert.False(second.R);
        Assert.Equal(1, second.L.Single().C!.Single()[0]);
    }

    [Fact]
    public void Commit_moves_marks_without_sending_cells_again()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        Next();
        story.Observed.Commits.Add(Groups.Payment, new Place(Topics.Orders, 0), 1, ShopStory.Noon);
        var lane = Next()!.L.Single();
        Assert.Null(lane.C);
        Assert.Equal(1, lane.D);
        Assert.Equal([1L, "P"], lane.M!.Single());
    }

    [Fact]
    public void Fast_records_become_a_stream_and_slow_ones_cells_again()
    {
        for (var i = 0; i < 300; i++)
        {
            story.Placed(Guid.CreateVersion7(), 0);
        }

        var fast = Next()!;
        Assert.True(fast.S);
        Assert.Null(fast.L.Single().C);
        var slow = update.Next(View(60), Now(60))!;
        Assert.True(slow.R);
        Assert.False(slow.S);
        Assert.Equal(TapesView.MostCells, slow.L.Single().C!.Length);
    }

    [Fact]
    public void Looking_back_and_coming_back_draw_anew()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        story.Placed(Guid.CreateVersion7(), 5);
        Next();
        var then = new Moment(ShopStory.Noon.AddSeconds(1), IsNow: false);
        var past = update.Next(TapesView.Of(story.Observed, then, [Topics.Orders], null), then)!;
        Assert.True(past.R);
        Assert.Single(past.L.Single().C!);
        Assert.True(Next()!.R);
    }

    [Fact]
    public void Picked_order_is_marked_on_every_lane()
    {
        var order = Guid.CreateVersion7();
        story.Placed(order, 0);
        story.Authorized(order, 1);
        var view = TapesView.Of(story.Observed, Now(0), [Topics.Orders, Topics.Payments], order);
        Assert.Equal(2, update.Next(view, Now(0))!.P!.Length);

        story.Placed(Guid.CreateVersion7(), 1);
        var next = TapesView.Of(story.Observed, Now(1), [Topics.Orders, Topics.Payments], order);
        Assert.Null(update.Next(next, Now(1))!.P);
    }

    [Fact]
    public void Stream_is_told_five_times_a_second_and_only_the_lanes_that_moved()
    {
        for (var i = 0; i < 300; i++)
        {
            story.Placed(Guid.CreateVersion7(), 0, partition: i % 2);
        }

        Assert.Equal(2, Next()!.L.Length);
        story.Placed(Guid.CreateVersion7(), 0.1, partition: 1);
        Assert.Null(update.Next(View(0.1), Now(0.1)));

        var next = update.Next(View(0.2), Now(0.2))!;
        Assert.Equal((1, 151L), (next.L.Single().I, next.L.Single().E));
    }

    private TapeMessage? Next() => update.Next(View(0), Now(0));

    private static Moment Now(double at) => new(ShopStory.Noon.AddSeconds(at), IsNow: true);

    private TapesView View(double at) => TapesView.Of(story.Observed, Now(at), [Topics.Orders], null);
}
