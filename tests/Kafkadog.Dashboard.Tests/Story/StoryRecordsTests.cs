using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Story;

namespace Kafkadog.Dashboard.Tests.Story;

public sealed class StoryRecordsTests
{
    [Fact]
    public void Records_tell_who_wrote_them_and_who_got_them()
    {
        var records = StoryRecords.Of(OrderScript.Happy().Facts(1_000), d => d.Generation).ToList();

        Assert.Equal(["OrderPlaced", "InventoryReserved", "PaymentAuthorized", "OrderCompleted"], records.Select(r => r.Title));
        Assert.Equal(("Gateway", "A"), (records[0].WrittenBy!.Title, records[0].WrittenBy!.Letter));
        Assert.Equal(["Order saga A", "Analytics A", "Payment B", "Inventory A"], records[0].Deliveries.Select(d => $"{d.Title} {d.Letter}"));
        Assert.Equal(TimeSpan.FromMilliseconds(310), records[2].After);
        var payment = records[0].Deliveries.Single(d => d.Title == "Payment");
        Assert.Equal((20, 280, 1), (payment.Queue.TotalMilliseconds, payment.Work.TotalMilliseconds, payment.Generation));
    }

    [Fact]
    public void Retry_tells_the_planned_and_the_actual_wait()
    {
        var retries = StoryRecords.Of(OrderScript.TwoRetries().Facts(5_000), d => d.Generation).Where(r => r.Title.StartsWith("OrderPlaced, retry", StringComparison.Ordinal)).ToList();

        Assert.Equal(["OrderPlaced, retry 1", "OrderPlaced, retry 2"], retries.Select(r => r.Title));
        Assert.All(retries, r => Assert.Equal(ChipKind.Warn, r.Look.Kind));
        var first = retries[0].Deliveries.Single();
        Assert.Equal((990, 1_070), (first.Planned!.Value.TotalMilliseconds, first.Queue.TotalMilliseconds));
        Assert.Equal("no stock server", first.Error);
    }

    [Fact]
    public void Retry_that_was_not_tried_yet_tells_when_it_is_planned()
    {
        var script = new OrderScript();
        script.Write(0, nameof(OrderPlaced));
        script.Write(100, nameof(OrderRetry), failure: new(1, OrderScript.At(1_100), Groups.Payment, "provider down", null, null, nameof(OrderPlaced)));

        var retry = StoryRecords.Of(script.Facts(500), d => d.Generation).Last();

        Assert.Equal("Payment tries again, planned 1.00 s after this record: provider down", retry.Note);
    }

    [Fact]
    public void Delivery_over_again_marks_its_record_as_seen_twice()
    {
        var script = OrderScript.Happy();
        script.Deliver(script.Records[0], Groups.Payment, "payment-service-1", 700, 701, "duplicate");

        var placed = StoryRecords.Of(script.Facts(1_000), d => d.Generation).First();

        Assert.Equal(ChipKind.Dup, placed.Look.Kind);
        Assert.Single(placed.Deliveries, d => d.IsDuplicate);
    }

    [Fact]
    public void Event_at_two_offsets_is_written_twice()
    {
        var script = new OrderScript();
        var id = Guid.NewGuid();
        script.Write(0, nameof(OrderPlaced), eventId: id);
        script.Write(5, nameof(OrderPlaced), eventId: id);

        var records = StoryRecords.Of(script.Facts(100), d => d.Generation).ToList();

        Assert.Equal([ChipKind.Ok, ChipKind.Dup], records.Select(r => r.Look.Kind));
        Assert.Contains("written again", records[1].Note);
    }

    [Theory]
    [InlineData(nameof(PaymentVoided), "Compensation")]
    [InlineData(nameof(InventoryReleased), "Compensation")]
    [InlineData(nameof(PaymentDeclined), "not an error")]
    public void Business_results_are_explained_and_not_red(string type, string expected)
    {
        var script = new OrderScript();
        script.Write(0, nameof(OrderPlaced));
        script.Write(10, type);

        var record = StoryRecords.Of(script.Facts(100), d => d.Generation).Last();

        Assert.Contains(expected, record.Note);
        Assert.Equal(ChipKind.Mute, record.Look.Kind);
    }

    [Fact]
    public void Dead_letter_tells_who_gave_up_and_why()
    {
        var script = new OrderScript();
        script.Write(0, nameof(OrderPlaced));
        script.Write(10, nameof(OrderDLQ), failure: new(5, null, Groups.Inventory, "no stock server", "exhausted", null, nameof(OrderPlaced)));

        var letter = StoryRecords.Of(script.Facts(100), d => d.Generation).Last();

        Assert.Equal(ChipKind.Bad, letter.Look.Kind);
        Assert.Equal("Inventory gave up after 5 delayed attempts (exhausted): no stock server", letter.Note);
    }
}
