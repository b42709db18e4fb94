using Kafkadog.Dashboard.Instances;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Instances;

public sealed class FaultTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_fault_of_every_instance_is_one_with_all_that_is_left()
    {
        var order = Guid.NewGuid();
        var observed = new Observed(new DashboardOptions(), Now)
        {
            Faults =
            [
                new(Instance(1), Fault(3, remaining: 1, hits: 1, Now.AddMilliseconds(-30)) with { LastHits = [new(Now, "g", "orders.v1", 1, 12, order.ToString(), "OrderPlaced")] }),
                new(Instance(2), Fault(7, remaining: 2, hits: 0, Now)),
                new(Instance(1), Fault(2, remaining: 0, hits: 2, Now.AddSeconds(-50)) with { State = "used-up" }),
            ],
        };

        var view = FaultsView.Of(observed, Now);

        var shown = Assert.Single(view.Active);
        Assert.Equal("payment-service fails the next 2 records and tries again, on each of 2 instances", shown.Fault.Words);
        Assert.Equal((3, 1, "1:00"), (shown.Fault.Remaining, shown.Fault.Hits, shown.Clock));
        Assert.Equal([("payment-service-1", 3L), ("payment-service-2", 7L)], shown.Fault.Parts.Select(p => (p.Instance, p.Id)));
        Assert.Equal((order, 12L), (shown.Fault.LastHits[0].OrderId, shown.Fault.LastHits[0].Offset));
        Assert.Equal("used up", Assert.Single(view.Ended).State);
        Assert.Equal("payment-service fails the next 2 records and tries again, on each of 2 instances · 3 left · ends in 1:00", Assert.Single(view.Lines()).Text);
    }

    [Fact]
    public void Faults_that_differ_or_were_made_at_other_times_stay_apart()
    {
        var faults = ActiveFault.Of([new(Instance(1), Fault(1, 2, 0, Now)), new(Instance(2), Fault(1, 2, 0, Now) with { Kind = "permanent" }), new(Instance(2), Fault(2, 2, 0, Now.AddSeconds(-9)))], Now);

        Assert.Equal(3, faults.Count);
    }

    [Fact]
    public void A_fault_past_its_time_is_off_though_its_service_has_not_said_so_yet() =>
        Assert.False(ActiveFault.Of([new(Instance(1), Fault(1, 2, 0, Now))], Now.AddMinutes(2))[0].IsActive);

    [Theory]
    [InlineData("delay", null, 500, 3, "payment-service works 500 ms longer on the next 3 records")]
    [InlineData("throw", "permanent", null, 1, "payment-service fails the next record for good")]
    [InlineData("throw", "transient", null, null, "payment-service fails every record and tries again")]
    [InlineData("decline", null, null, 2, "payment-service declines the next 2 payments")]
    public void A_fault_is_said_in_words(string mode, string? kind, int? delay, int? count, string words) =>
        Assert.Equal(words, FaultWords.Of("payment-service", new(1, "before-handler", mode, "active", Now, Now, kind, delay, count)));

    [Fact]
    public void A_draft_knows_the_limits_of_the_services()
    {
        FaultDraft draft = new() { Kind = FaultKind.Slow, Count = 0, DelayMs = null, Seconds = 3_601 };
        Assert.Equal(["Count", "DelayMs", "Seconds"], draft.Problems().Keys.Order(StringComparer.Ordinal));

        draft = new() { Kind = FaultKind.Slow, Count = null, DelayMs = 500, Seconds = 30 };
        Assert.Empty(draft.Problems());
        Assert.Equal(new FaultRequest("delay", DelayMs: 500, ExpiresInSeconds: 30), draft.ToRequest());
    }

    [Fact]
    public void A_draft_can_be_for_some_records_only()
    {
        FaultDraft draft = new() { OrderId = "7", Topic = "", EventType = " " };
        Assert.Equal(["OrderId"], draft.Problems().Keys);

        draft.OrderId = null;
        Assert.Null(draft.ToRequest().Match);

        var order = Guid.NewGuid().ToString();
        (draft.OrderId, draft.Topic) = ($" {order} ", "orders.v1");
        Assert.Empty(draft.Problems());
        Assert.Equal(new FaultMatch(order, "orders.v1"), draft.ToRequest().Match);
        Assert.Equal(
            $"payment-service fails the next 2 records and tries again from orders.v1 of order {order}",
            FaultWords.Of("payment-service", new(1, "before-handler", "throw", "active", Now, Now, "transient", Count: 2, Match: draft.ToRequest().Match)));
    }

    [Fact]
    public void Another_service_offers_other_faults()
    {
        FaultDraft draft = new() { Role = "payment-service", Kind = FaultKind.Decline };

        draft.Role = "inventory-service";

        Assert.Equal(FaultKind.FailOnce, draft.Kind);
        Assert.Contains(FaultKind.Reject, FaultDraft.Offered(draft.Role));
        Assert.DoesNotContain(FaultKind.Reject, FaultDraft.Offered("notification-service"));
    }

    private static ShopInstance Instance(int number) =>
        new($"payment-service-{number}", "payment-service", number, $"http://127.0.0.1:{26600 + number}", ShopInstanceState.Ready);

    private static ServiceFault Fault(long id, int remaining, int hits, DateTimeOffset createdAt) =>
        new(id, "before-handler", "throw", "active", createdAt, Now.AddSeconds(60), "transient", Count: 2, Remaining: remaining, Hits: hits);
}
