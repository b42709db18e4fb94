using Kafkadog.Contracts;
using Kafkadog.Dashboard.Events;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Events;

public sealed class EventsViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 14, 2, 6, TimeSpan.Zero);

    private readonly Observed observed = new(new DashboardOptions(), Now);

    private void Add(params ObservedRecord[] records)
    {
        foreach (var record in records)
        {
            observed.Add(record, null, Now);
        }
    }

    private EventsView View(EventFilter? filter = null, DateTimeOffset? at = null) =>
        EventsView.Of(observed, new(at ?? Now, IsNow: at is null), filter ?? EventFilter.None);

    [Fact]
    public void Journal_is_newest_first()
    {
        Add(Records.At(Now.AddSeconds(-2), 0), Records.At(Now.AddSeconds(-1), 1));

        Assert.Equal([1, 0], View().Rows.Select(r => r.Offset));
    }

    [Fact]
    public void Journal_lists_the_newest_and_counts_them_all()
    {
        Add([.. Enumerable.Range(0, EventsView.MostRows + 5).Select(i => Records.At(Now.AddSeconds(-1), i))]);
        var view = View();

        Assert.Equal(EventsView.MostRows, view.Rows.Count);
        Assert.Equal((EventsView.MostRows + 5, EventsView.MostRows + 5), (view.Matching, view.Remembered));
    }

    [Fact]
    public void Page_that_stands_counts_what_came_after_and_matches()
    {
        Add(
            Records.At(Now.AddSeconds(-3), 0), Records.At(Now.AddSeconds(-1), 1), Records.At(Now, 2),
            Records.At(Now, 0, Topics.Payments, nameof(PaymentAuthorized)));
        var view = View(new(Topic: Topics.Orders), Now.AddSeconds(-2));

        Assert.Equal([0], view.Rows.Select(r => r.Offset));
        Assert.Equal((1, 1, 2), (view.Matching, view.Remembered, view.Newer));
    }

    [Fact]
    public void Filters_hold_together()
    {
        var placed = Records.At(Now, 0);
        var broken = Records.At(Now, 1, type: null, key: "broken", problem: "not JSON at byte 0");
        var dead = Records.At(Now, 0, Topics.DeadLetters, nameof(OrderDLQ), failure: Records.GaveUp());
        Add(placed, broken, dead);

        Assert.Equal([dead, broken], View(new(OnlyFailures: true)).Rows);
        Assert.Equal([broken], View(new(OnlyFailures: true, Topic: Topics.Orders)).Rows);
        Assert.Equal([broken], View(new(Type: EventFilter.NoEvent)).Rows);
        Assert.Equal([placed], View(new(Type: nameof(OrderPlaced))).Rows);
    }

    [Theory]
    [InlineData("7D0F1111", 2)]
    [InlineData("broken", 1)]
    [InlineData("at byte", 1)]
    [InlineData("OUT OF STOCK", 1)]
    [InlineData("inventory-service-group", 1)]
    [InlineData("orderplaced", 1)]
    [InlineData("nowhere", 0)]
    public void Text_is_found_in_key_type_group_and_error(string text, int found)
    {
        Add(
            Records.At(Now, 0),
            Records.At(Now, 1, type: null, key: "broken", problem: "not JSON at byte 0"),
            Records.At(Now, 0, Topics.DeadLetters, nameof(OrderDLQ), failure: Records.GaveUp()));

        Assert.Equal(found, View(new(Text: text)).Matching);
    }

    [Fact]
    public void Cancelled_order_is_a_result_and_no_failure() =>
        Assert.False(EventFilter.IsFailure(Records.At(Now, topic: Topics.Outcomes, type: nameof(OrderCancelled))));

    [Fact]
    public void Equal_views_are_equal()
    {
        Add(Records.At(Now));

        Assert.Equal(View(), View());
    }

    [Fact]
    public void Empty_parameters_are_no_filter() => Assert.True(EventFilter.Of("", " ", "", false).IsEmpty);
}
