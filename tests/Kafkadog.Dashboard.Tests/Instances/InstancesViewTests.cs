using Kafkadog.Dashboard.Instances;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Instances;

public sealed class InstancesViewTests
{
    private const string Group = "payment-service-group";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 14, 0, 0, TimeSpan.Zero);
    private static readonly Moment Live = new(Now, IsNow: true);

    private readonly Observed observed = new(new DashboardOptions(), Now.AddMinutes(-5));

    [Fact]
    public void A_card_says_what_the_instance_owns_and_how_far_behind_it_is()
    {
        observed.SetInstances([Instance(1), Instance(2)], Now.AddSeconds(-90));
        Settles((1, [0, 1]), (2, [2]));
        observed.Tape(new("orders.v1", 0)).MoveEnd(10);
        observed.Tape(new("orders.v1", 1)).MoveEnd(10);
        observed.Commits.Add(Group, new("orders.v1", 0), 7, Now);
        observed.Commits.Add(Group, new("orders.v1", 1), 10, Now);

        var role = Assert.Single(InstancesView.Of(observed, Live).Roles);

        Assert.Equal(3, role.MostPartitions);
        var first = role.Instances[0];
        Assert.Equal(2, first.Partitions);
        Assert.Equal(3, first.Groups[0].Lag);
        Assert.Equal(Now.AddSeconds(-90), first.Since);
        Assert.Equal(26601, first.Port);
        Assert.Null(role.Instances[1].Groups[0].Lag); // it never committed there: not known is not 0
    }

    [Fact]
    public void A_member_without_a_partition_is_idle_and_the_card_says_why()
    {
        observed.SetInstances([Instance(1), Instance(2), Instance(3), Instance(4)], Now);
        Settles((1, [0]), (2, [1]), (3, [2]), (4, []));

        var idle = InstancesView.Of(observed, Live).Roles[0].Instances[3];

        Assert.True(idle.IsIdle);
        Assert.Equal("All 3 partitions have an owner already (A, B, C). A partition has one owner in a group, so it waits to take over.", idle.Groups[0].IdleBecause);
    }

    [Fact]
    public void One_that_was_killed_is_a_member_until_kafka_misses_it()
    {
        observed.SetInstances([Instance(1) with { State = ShopInstanceState.Killed, ProcessId = null }], Now);
        Settles((1, [0, 1, 2]));

        Assert.True(InstancesView.Of(observed, Live).Roles[0].Instances[0].IsMissed);
    }

    [Fact]
    public void Deliveries_are_counted_by_instance_over_ten_seconds_and_duplicates_over_all()
    {
        observed.SetInstances([Instance(1)], Now);
        for (var i = 0; i < 20; i++)
        {
            observed.Deliveries.Add(new(i, "delivery", Now.AddSeconds(-i), "payment-service-1", Group, Topic: "orders.v1", Partition: 0, Offset: i, Duplicate: i > 17));
        }

        var card = InstancesView.Of(observed, Live).Roles[0].Instances[0];

        Assert.Equal(1.0, card.PerSecond);
        Assert.Equal(2, card.Duplicates);
    }

    [Fact]
    public void Looking_back_shows_the_states_of_then()
    {
        observed.SetInstances([Instance(1)], Now.AddSeconds(-60));
        observed.SetInstances([Instance(1) with { State = ShopInstanceState.Killed }, Instance(2) with { State = ShopInstanceState.Starting }], Now.AddSeconds(-10));

        var then = InstancesView.Of(observed, new Moment(Now.AddSeconds(-30), IsNow: false));

        Assert.False(then.IsLive);
        Assert.Equal(ShopInstanceState.Ready, Assert.Single(then.Roles[0].Instances).State);
    }

    [Fact]
    public void The_broker_has_its_port_and_consumes_nothing()
    {
        observed.SetInstances([new ShopInstance("broker-1", "broker", 1, "127.0.0.1:9092", ShopInstanceState.Ready, 42)], Now);

        var card = InstancesView.Of(observed, Live).Roles[0].Instances[0];

        Assert.Equal((9092, (double?)null), (card.Port, card.PerSecond));
    }

    private static ShopInstance Instance(int number) =>
        new($"payment-service-{number}", "payment-service", number, $"http://127.0.0.1:{26600 + number}", ShopInstanceState.Ready, 100 + number);

    private void Settles(params (int Number, int[] Partitions)[] members) => observed.Groups.Add(Group, new(
        Now, 1, "cooperative-sticky",
        [.. members.Select(m => new Member($"id-{m.Number}", $"payment-service-{m.Number}", "h", [.. m.Partitions.Select(p => new Place("orders.v1", p))]))]));
}
