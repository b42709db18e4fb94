using Kafkadog.Contracts;
using Kafkadog.Dashboard.Story;

namespace Kafkadog.Dashboard.Tests.Story;

public sealed class SwimLanesTests
{
    [Fact]
    public void Happy_order_has_a_lane_for_each_instance_that_took_part_from_the_gateway_to_the_email()
    {
        var lanes = SwimLanes.Of(OrderScript.Happy().Bars(1_000));

        Assert.Equal(["Gateway A", "Payment B", "Inventory A", "Order saga A", "Notification A"], lanes.Lanes.Select(l => $"{l.Title} {l.Letter}"));
        Assert.Equal([BarKind.Waits, BarKind.Works], lanes.Lanes[1].Spans.Select(s => s.Kind));
        Assert.Equal("0.28 s", lanes.Lanes[1].Spans[1].Label);
    }

    [Fact]
    public void Scale_has_round_steps_and_every_bar_is_inside()
    {
        var lanes = SwimLanes.Of(OrderScript.Happy().Bars(1_000));

        // From 2 ms before the record, when the gateway took the order, to 360 ms.
        Assert.Equal(OrderScript.At(-2), lanes.Start);
        Assert.Equal(TimeSpan.FromMilliseconds(400), lanes.Length);
        Assert.Equal(["0 ms", "50 ms", "100 ms"], lanes.Ticks.Take(3).Select(t => t.Label));
        Assert.Equal(12.5, lanes.StepPercent);
        Assert.All(lanes.Lanes.SelectMany(l => l.Spans), s => Assert.InRange(s.Left + s.Width, 0, 100));

        // Payment works from 22 to 302 of 400 ms.
        Assert.Equal((5.5, 70.0), (lanes.Lanes[1].Spans[1].Left, lanes.Lanes[1].Spans[1].Width));
    }

    [Fact]
    public void Retries_are_failed_attempts_with_the_parked_time_between_them()
    {
        var inventory = SwimLanes.Of(OrderScript.TwoRetries().Bars(5_000)).Lanes.Single(l => l.Role == "inventory-service");

        Assert.Equal(
            [BarKind.Waits, BarKind.Failed, BarKind.Parked, BarKind.Failed, BarKind.Parked, BarKind.Works],
            inventory.Spans.Select(s => s.Kind));
        Assert.Equal([null, "✕ #1", "parked 1.08 s", "✕ #2", "parked 2.08 s", "#3"], inventory.Spans.Select(s => s.Label));
        Assert.Contains("no stock server", inventory.Spans[1].Text);
    }

    [Fact]
    public void Saga_waits_for_what_is_missing_until_it_is_there()
    {
        var saga = SwimLanes.Of(OrderScript.TwoRetries().Bars(5_000)).Lanes.Single(l => l.Role == "order-saga");

        Assert.Contains(saga.Spans, s => s is { Kind: BarKind.WaitsFor, Label: "has payment, waits for inventory" });
    }

    [Fact]
    public void Duplicate_after_a_rebalance_is_in_the_lane_of_the_instance_that_skipped_it()
    {
        var script = new OrderScript();
        var placed = script.Write(0, nameof(OrderPlaced), "api-gateway-1");
        script.Deliver(placed, Groups.Payment, "payment-service-1", 10, 100).Deliver(placed, Groups.Payment, "payment-service-2", 900, 901, "duplicate");

        var lanes = SwimLanes.Of(script.Bars(2_000)).Lanes.Where(l => l.Role == "payment-service").ToList();

        Assert.Equal(["A", "B"], lanes.Select(l => l.Letter));
        Assert.Equal((BarKind.Skipped, "×2"), (lanes[1].Spans.Single().Kind, lanes[1].Spans.Single().Label));
    }

    [Fact]
    public void Declined_order_shows_the_compensation_in_the_lane_of_the_inventory()
    {
        var script = new OrderScript();
        var placed = script.Write(0, nameof(OrderPlaced), "api-gateway-1");
        script.Deliver(placed, Groups.Inventory, "inventory-service-1", 10, 100);
        script.Write(110, nameof(InventoryReserved), "inventory-service-1");
        script.Write(200, nameof(PaymentDeclined), "payment-service-1");
        var cancelled = script.Write(300, nameof(OrderCancelled), "order-saga-1");
        script.Deliver(cancelled, Groups.Inventory, "inventory-service-1", 310, 330);
        script.Write(340, nameof(InventoryReleased), "inventory-service-1");

        var inventory = SwimLanes.Of(script.Bars(1_000)).Lanes.Single(l => l.Role == "inventory-service");

        Assert.Contains(inventory.Spans, s => s.Kind == BarKind.Works && s.Text.Contains("OrderCancelled", StringComparison.Ordinal));
    }

    [Fact]
    public void Open_order_waits_up_to_now_in_the_lane_of_the_owner_of_its_partition()
    {
        var script = new OrderScript();
        var placed = script.Write(0, nameof(OrderPlaced), "api-gateway-1");
        script.Await(placed, Groups.Payment, "payment-service-3").Await(placed, Groups.Inventory, instance: null);

        var lanes = SwimLanes.Of(script.Bars(700)).Lanes;

        Assert.Equal("C", lanes.Single(l => l.Role == "payment-service").Letter);
        var inventory = lanes.Single(l => l.Role == "inventory-service");
        Assert.Null(inventory.Letter);
        Assert.Equal((BarKind.Waits, TimeSpan.FromMilliseconds(700)), (inventory.Spans.Single().Kind, inventory.Spans.Single().Length));
        Assert.Contains("nobody reads", inventory.Spans.Single().Text);
    }

    [Fact]
    public void Scale_of_an_open_order_stands_still_while_it_grows_inside_a_step()
    {
        var script = new OrderScript();
        script.Await(script.Write(0, nameof(OrderPlaced)), Groups.Payment, "payment-service-1");

        Assert.Equal(SwimLanes.Of(script.Bars(710)).Length, SwimLanes.Of(script.Bars(790)).Length);
        Assert.Equal(TimeSpan.FromMilliseconds(800), SwimLanes.Of(script.Bars(790)).Length);
    }

    [Fact]
    public void Without_journals_only_the_gateway_is_drawn()
    {
        var script = new OrderScript();
        script.Write(0, nameof(OrderPlaced));
        script.Write(900, nameof(OrderCompleted));

        Assert.Equal("Gateway", SwimLanes.Of(script.Bars(1_000)).Lanes.Single().Title);
    }
}
