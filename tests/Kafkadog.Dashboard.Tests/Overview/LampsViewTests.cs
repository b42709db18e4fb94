using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Overview;
using Kafkadog.Dashboard.Tests.Observing;

namespace Kafkadog.Dashboard.Tests.Overview;

public sealed class LampsViewTests
{
    private readonly ShopStory story = new();
    private readonly Guid order = Guid.CreateVersion7();

    [Fact]
    public void Completed_order_is_in_balance()
    {
        Complete();
        var lamps = View();
        Assert.True(lamps is { Money.IsTrue: true, Stock.IsTrue: true, Outcomes.IsTrue: true });
        Assert.Equal("1 order has one outcome, 0 have none yet", lamps.Outcomes.Figures);
        Assert.Equal("199.99 authorized = 199.99 completed + 0.00 given back + 0.00 under way", lamps.Money.Figures);
    }

    [Fact]
    public void Order_under_way_breaks_nothing_and_is_counted_as_such()
    {
        story.Placed(order, 0);
        story.Authorized(order, 1);
        Assert.True(View().Money.IsTrue);
        Assert.Contains("199.99 under way", View().Money.Figures, StringComparison.Ordinal);
        Assert.Equal("0 orders have one outcome each, 1 has none yet", View().Outcomes.Figures);
    }

    [Fact]
    public void Money_of_another_amount_than_the_order_is_told_with_the_order()
    {
        story.Placed(order, 0);
        story.Authorized(order, 1, new Money(1));
        story.Reserved(order, 2);
        story.Completed(order, 3);
        Assert.False(View().Money.IsTrue);
        Assert.Equal([order], View().Money.Broken);
    }

    [Fact]
    public void Cancelled_order_has_its_grace_to_give_back_what_it_holds()
    {
        story.Placed(order, 0);
        story.Authorized(order, 1);
        story.Reserved(order, 2);
        story.Cancelled(order, 3);
        Assert.True(View(5) is { Money.IsTrue: true, Stock.IsTrue: true });
        Assert.True(View(60) is { Money.IsTrue: false, Stock.IsTrue: false });
    }

    [Fact]
    public void Two_outcomes_break_the_first_promise_of_the_saga()
    {
        Complete();
        story.Cancelled(order, 4);
        Assert.False(View().Outcomes.IsTrue);
    }

    private void Complete()
    {
        story.Placed(order, 0);
        story.Authorized(order, 1);
        story.Reserved(order, 2);
        story.Completed(order, 3);
    }

    private LampsView View(double at = 60) => LampsView.Of(story.Observed, new Moment(ShopStory.Noon.AddSeconds(at), IsNow: true));
}
