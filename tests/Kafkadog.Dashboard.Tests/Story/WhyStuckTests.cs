using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Orders;
using Kafkadog.Dashboard.Story;

namespace Kafkadog.Dashboard.Tests.Story;

public sealed class WhyStuckTests
{
    private readonly Observed observed = new(new DashboardOptions(), OrderScript.Zero);
    private readonly OrderScript script = new();

    [Fact]
    public void Order_with_an_outcome_is_not_stuck()
    {
        script.Write(0, nameof(OrderPlaced));
        script.Write(10, nameof(OrderCompleted));

        Assert.Empty(Reasons(100));
    }

    [Fact]
    public void Both_answers_are_missing_at_first()
    {
        Join(Groups.Payment, Topics.Orders, "payment-service-1");
        Join(Groups.Inventory, Topics.Orders, "inventory-service-1");
        script.Write(0, nameof(OrderPlaced));

        var reasons = Reasons(100);

        Assert.Equal([Topics.Payments, Topics.Inventory], reasons.Select(r => r.Topic));
        Assert.All(reasons, r => Assert.False(r.IsAlarming));
        Assert.True(reasons[0].Members.Single().IsOwner);
    }

    [Fact]
    public void Saga_is_named_when_every_answer_is_there()
    {
        Join(Groups.OrderSaga, Topics.Inventory, "order-saga-1");
        script.Write(0, nameof(OrderPlaced));
        script.Write(10, nameof(PaymentAuthorized));
        script.Write(20, nameof(InventoryReserved));

        Assert.Equal([Topics.Outcomes], Reasons(100).Select(r => r.Topic));
    }

    [Fact]
    public void Planned_retry_tells_its_reason_and_when()
    {
        Join(Groups.Payment, Topics.Orders, "payment-service-1");
        script.Write(0, nameof(OrderPlaced));
        script.Write(5, nameof(InventoryReserved));
        script.Write(10, nameof(OrderRetry), failure: new(2, OrderScript.At(4_100), Groups.Payment, "provider down.", null, null, nameof(OrderPlaced)));

        var reason = Assert.Single(Reasons(100));

        Assert.True(reason.IsAlarming);
        Assert.Equal("It failed: provider down. Attempt 2 is planned in 4.00 s.", reason.Because[0]);
    }

    [Fact]
    public void Group_without_members_reads_nothing()
    {
        observed.Groups.Add(Groups.Payment, new(OrderScript.At(-1), 3, "range", []));
        script.Write(0, nameof(OrderPlaced));
        script.Write(5, nameof(InventoryReserved));

        var reason = Assert.Single(Reasons(100));

        Assert.True(reason.IsAlarming);
        Assert.Equal("Nobody is in its group: no instance reads for it.", reason.Because[0]);
    }

    [Fact]
    public void Frozen_owner_is_named_with_its_partition()
    {
        Join(Groups.Payment, Topics.Orders, "payment-service-1");
        observed.SetInstances([new("payment-service-1", "payment-service", 1, "http://127.0.0.1:1", ShopInstanceState.Frozen)], OrderScript.Zero);
        script.Write(0, nameof(OrderPlaced));
        script.Write(5, nameof(InventoryReserved));

        Assert.Equal("payment-service-1 is frozen and owns orders.v1 p2: until its session times out nobody else reads it.", Assert.Single(Reasons(100)).Because[0]);
    }

    [Fact]
    public void Records_before_this_one_are_counted()
    {
        Join(Groups.Payment, Topics.Orders, "payment-service-1");
        var placed = script.Write(0, nameof(OrderPlaced));
        script.Write(5, nameof(InventoryReserved));
        observed.Commits.Add(Groups.Payment, placed.Place, placed.Offset - 7, OrderScript.At(-1));

        var reason = Assert.Single(Reasons(100));

        Assert.Equal("7 records are before OrderPlaced in orders.v1 p2.", reason.Because[0]);
        Assert.False(reason.IsAlarming);
    }

    [Fact]
    public void Dead_letter_says_that_somebody_must_look()
    {
        Join(Groups.Inventory, Topics.Orders, "inventory-service-1");
        script.Write(0, nameof(OrderPlaced));
        script.Write(5, nameof(PaymentAuthorized));
        script.Write(10, nameof(OrderDLQ), failure: new(5, null, Groups.Inventory, "no stock server.", "exhausted", null, nameof(OrderPlaced)));

        Assert.StartsWith("It gave up after 5 delayed attempts: no stock server.", Assert.Single(Reasons(100)).Because[0], StringComparison.Ordinal);
    }

    private List<StuckReason> Reasons(double now)
    {
        foreach (var record in script.Records)
        {
            observed.Add(record, body: null, record.At);
        }

        return [.. WhyStuck.Of(observed, script.Facts(now), OrderFold.Of(script.Records), OrderScript.Now(now))];
    }

    private void Join(string group, string topic, string instance) =>
        observed.Groups.Add(group, new(OrderScript.At(-1), 3, "range", [new("member", instance, "/127.0.0.1", [new Place(topic, 2)])]));
}
