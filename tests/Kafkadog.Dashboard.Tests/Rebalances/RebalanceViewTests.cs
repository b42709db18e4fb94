using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Rebalances;

namespace Kafkadog.Dashboard.Tests.Rebalances;

public sealed class RebalanceViewTests
{
    [Fact]
    public void The_first_generation_is_the_groups_start()
    {
        var first = new GroupScene().Settles(0, 1, "1: 0 1 2").Last();

        Assert.Equal(RebalanceCause.FirstStart, first.Cause);
        Assert.Equal("The group's first member: payment-service-1.", first.Words);
        Assert.Equal(3, first.Moved);
        Assert.Null(first.LongestPause);
    }

    [Fact]
    public void What_was_before_the_remembered_time_is_where_the_history_begins()
    {
        var view = new GroupScene().Settles(0, 7, "1: 0 1 2").View();

        Assert.Empty(view.Rebalances);
        Assert.Equal(7, Assert.Single(view.Groups).Generation);
    }

    [Fact]
    public void A_group_described_before_its_record_was_read_is_no_rebalance()
    {
        var scene = new GroupScene();
        scene.Observed.Groups.Seed(GroupScene.Group, GroupScene.Membership(DateTimeOffset.MinValue, null, "1: 0 1 2"));

        Assert.Equal(RebalanceCause.FirstStart, scene.Settles(0, 1, "1: 0 1 2").Last().Cause);
    }

    [Fact]
    public void A_join_in_two_cooperative_steps_is_one_story()
    {
        var join = new GroupScene()
            .Settles(0, 1, "1: 0 1 2")
            .Settles(60, 2, "1: 0 1", "2:")
            .Says(60.05, 1, "revoked", 2)
            .Settles(60.3, 3, "1: 0 1", "2: 2")
            .Says(60.35, 2, "assigned", 2)
            .Last();

        Assert.Equal(RebalanceCause.Joined, join.Cause);
        Assert.Equal("payment-service-2 joined.", join.Words);
        Assert.Equal([2, 3], join.Steps.Select(s => s.Generation));
        Assert.Equal("payment-service-group.2", join.Id);
        Assert.True(join.IsSettled);
        Assert.Equal([false, false, true], join.Partitions.Select(p => p.IsMoved));
        var moved = join.Partitions[2];
        Assert.Equal(("A", "B"), (moved.Before!.Letter, moved.After!.Letter));
        Assert.Equal(PauseSource.HandOver, moved.PauseBy);
        Assert.Equal(TimeSpan.FromMilliseconds(300), moved.Pause);
    }

    [Fact]
    public void Between_its_two_steps_a_join_goes_on_and_a_partition_has_no_owner()
    {
        var scene = new GroupScene().Settles(0, 1, "1: 0 1 2").Settles(60, 2, "1: 0 1", "2:");

        Assert.False(scene.Last().IsSettled);
        var group = scene.View().Groups[0];
        Assert.False(group.IsSettled);
        Assert.Null(group.Topics[0].Partitions[2].Owner);
    }

    [Fact]
    public void Two_that_join_one_after_the_other_before_all_partitions_have_an_owner_are_one_story()
    {
        var join = new GroupScene()
            .Settles(0, 1, "1: 0 1 2")
            .Settles(60, 2, "1: 0 1", "2:")
            .Settles(60.2, 3, "1: 0 1", "2:", "3:")
            .Settles(60.4, 4, "1: 0", "2: 1", "3: 2")
            .Last();

        Assert.Equal("payment-service-2 and payment-service-3 joined.", join.Words);
        Assert.Equal(2, join.Moved);
    }

    [Fact]
    public void One_that_is_killed_before_it_got_a_partition_is_told_of()
    {
        var kill = new GroupScene()
            .Becomes(0, 1, ShopInstanceState.Ready, 11)
            .Settles(1, 1, "1: 0 1 2")
            .Becomes(60, 2, ShopInstanceState.Ready, 12)
            .Settles(60.1, 2, "1: 0 1", "2:")
            .Becomes(60.2, 2, ShopInstanceState.Killed)
            .Settles(66.2, 3, "1: 0 1 2")
            .Last();

        Assert.Equal(RebalanceCause.Killed, kill.Cause);
        Assert.Equal(
            "payment-service-2 was killed and could not say goodbye: the coordinator noticed by the missing heartbeats, 6.00 s later.", kill.Words);
        Assert.Equal(0, kill.Moved);
    }

    [Fact]
    public void One_that_is_stopped_leaves_and_nobody_waits()
    {
        var leave = new GroupScene()
            .Becomes(0, 1, ShopInstanceState.Ready, 11).Becomes(0, 2, ShopInstanceState.Ready, 12)
            .Settles(1, 2, "1: 0 1", "2: 2")
            .Becomes(30, 2, ShopInstanceState.Stopping, 12)
            .Says(30.1, 2, "revoked", 2)
            .Settles(30.2, 3, "1: 0 1 2")
            .Says(30.25, 1, "assigned", 2)
            .Becomes(31, 2, ShopInstanceState.Stopped)
            .Last();

        Assert.Equal(RebalanceCause.Left, leave.Cause);
        Assert.Contains("payment-service-2 was stopped and left the group with LeaveGroup", leave.Words);
        Assert.Equal(TimeSpan.FromMilliseconds(150), leave.LongestPause);
    }

    [Fact]
    public void Without_a_supervisor_the_leavers_own_callback_tells_that_it_left()
    {
        var leave = new GroupScene().Settles(1, 2, "1: 0 1", "2: 2").Says(30, 2, "revoked", 2).Settles(30.2, 3, "1: 0 1 2").Last();

        Assert.Equal(RebalanceCause.Left, leave.Cause);
    }

    [Fact]
    public void One_that_is_gone_without_a_trace_is_called_that()
    {
        var gone = new GroupScene().Settles(1, 2, "1: 0 1", "2: 2").Settles(30.2, 3, "1: 0 1 2").Last();

        Assert.Equal(RebalanceCause.Gone, gone.Cause);
        Assert.Equal("payment-service-2 is no longer in the group; nobody saw how it ended.", gone.Words);
    }

    [Fact]
    public void One_that_is_killed_is_missed_after_the_session_timeout()
    {
        var kill = new GroupScene()
            .Becomes(0, 1, ShopInstanceState.Ready, 11).Becomes(0, 2, ShopInstanceState.Ready, 12)
            .Settles(1, 2, "1: 0 1", "2: 2")
            .Becomes(30.4, 2, ShopInstanceState.Killed, exit: new("killed", 137, GroupScene.At(30)))
            .Settles(40, 3, "1: 0 1 2")
            .Says(40.1, 1, "assigned", 2)
            .Last();

        Assert.Equal(RebalanceCause.Killed, kill.Cause);
        Assert.Contains("10 s later", kill.Words);
        Assert.Equal(GroupScene.At(30), kill.Changes[0].SilentSince);
        Assert.Equal((TimeSpan.FromSeconds(10.1), PauseSource.Silence), (kill.Partitions[2].Pause!.Value, kill.Partitions[2].PauseBy));
    }

    [Fact]
    public void A_crash_that_comes_back_is_a_new_member_beside_the_old_one_until_that_times_out()
    {
        var scene = new GroupScene()
            .Becomes(0, 1, ShopInstanceState.Ready, 11).Becomes(0, 2, ShopInstanceState.Ready, 12)
            .Settles(1, 2, "1: 0 1", "2: 2")
            .Becomes(30, 2, ShopInstanceState.Restarting, exit: new("exit code 3", 3, GroupScene.At(30)))
            .Becomes(31, 2, ShopInstanceState.Ready, 13)
            .Settles(32, 3, "1: 0 1", "2: 2", "2b:")
            .Settles(40, 4, "1: 0 1", "2b: 2");
        var view = scene.View();

        Assert.Equal(RebalanceCause.Killed, view.Rebalances[0].Cause);
        Assert.Contains("ended (exit code 3)", view.Rebalances[0].Words);
        Assert.True(view.Rebalances[0].Partitions[2].IsMoved);
        Assert.Equal("payment-service-2 was started again: a new process is a new member.", view.Rebalances[1].Words);
        Assert.Equal(0, view.Rebalances[1].Moved);
    }

    [Fact]
    public void One_that_freezes_loses_its_partitions_and_joins_anew_when_it_thaws()
    {
        var scene = new GroupScene()
            .Becomes(0, 1, ShopInstanceState.Ready, 11).Becomes(0, 2, ShopInstanceState.Ready, 12)
            .Settles(1, 2, "1: 0 1", "2: 2")
            .Becomes(30, 2, ShopInstanceState.Frozen, 12)
            .Settles(40, 3, "1: 0 1 2")
            .Becomes(60, 2, ShopInstanceState.Ready, 12)
            .Settles(61, 4, "1: 0 1", "2b:")
            .Settles(61.2, 5, "1: 0 1", "2b: 2");
        var view = scene.View();

        Assert.Equal(RebalanceCause.Froze, view.Rebalances[1].Cause);
        Assert.Contains("after 10 s", view.Rebalances[1].Words);
        Assert.Equal(MemberFate.Thawed, view.Rebalances[0].Changes[0].Fate);
        Assert.StartsWith("payment-service-2 went on after the freeze", view.Rebalances[0].Words);
    }

    [Fact]
    public void More_partitions_are_their_own_cause()
    {
        var more = new GroupScene().Settles(1, 2, "1: 0", "2: 1").Settles(30, 3, "1: 0 2", "2: 1 3").Last();

        Assert.Equal(RebalanceCause.PartitionsAdded, more.Cause);
        Assert.Equal("orders.v1 has 2 more partitions.", more.Words);
        Assert.Equal([false, false, true, true], more.Partitions.Select(p => p.IsNew));
    }

    [Fact]
    public void A_new_generation_with_the_same_owners_moved_nothing()
    {
        var same = new GroupScene().Settles(1, 2, "1: 0", "2: 1").Settles(30, 3, "1: 0", "2: 1").Last();

        Assert.Equal(RebalanceCause.NothingMoved, same.Cause);
        Assert.Equal(0, same.Moved);
    }

    [Fact]
    public void The_last_one_leaves_an_empty_group_and_the_next_one_comes_to_it()
    {
        var view = new GroupScene()
            .Becomes(0, 1, ShopInstanceState.Ready, 11)
            .Settles(1, 1, "1: 0 1")
            .Becomes(20, 1, ShopInstanceState.Stopped)
            .Settles(20, 2)
            .Becomes(30, 1, ShopInstanceState.Ready, 12)
            .Settles(31, 3, "1b: 0 1")
            .View();

        Assert.Equal("The group had no member. payment-service-1 joined.", view.Rebalances[0].Words);
        Assert.Equal([RebalanceCause.CameBack, RebalanceCause.Emptied, RebalanceCause.FirstStart], view.Rebalances.Select(r => r.Cause));
    }

    [Fact]
    public void An_eager_consumer_tells_its_own_pause()
    {
        var own = new GroupScene().Settles(1, 2, "1: 0", "2: 1").SaysPaused(30.1, 1, "assigned", 812.5, 0).Settles(30, 3, "1: 0", "2: 1").Last();

        Assert.Equal((TimeSpan.FromMilliseconds(812.5), PauseSource.Consumer), (own.Partitions[0].Pause!.Value, own.Partitions[0].PauseBy));
        Assert.Null(own.Partitions[1].Pause);
    }

    [Fact]
    public void Where_no_callback_is_known_the_deliveries_bound_the_pause()
    {
        var kill = new GroupScene().Settles(1, 2, "1: 0", "2: 1").Delivers(20, 2, 1, 7).Settles(30, 3, "1: 0 1").Delivers(32, 1, 1, 8).Last();

        Assert.Equal((TimeSpan.FromSeconds(12), PauseSource.Deliveries), (kill.Partitions[1].Pause!.Value, kill.Partitions[1].PauseBy));
    }

    [Fact]
    public void A_record_given_to_both_owners_is_a_pair()
    {
        var kill = new GroupScene()
            .Settles(1, 2, "1: 0", "2: 1")
            .Delivers(19, 2, 1, 6)
            .Delivers(20, 2, 1, 7)
            .Settles(30, 3, "1: 0 1")
            .Delivers(30.5, 1, 1, 7, duplicate: true)
            .Delivers(30.6, 1, 1, 8)
            .Last();

        var pair = Assert.Single(kill.Redelivered);
        Assert.Equal((7L, "B", "A"), (pair.Offset, pair.Before!.Member.Letter, pair.After.Member.Letter));
        Assert.Equal(GroupScene.Order(7), pair.OrderId);
        Assert.True(pair.WasDone);
    }

    [Fact]
    public void A_delivery_that_died_with_its_owner_shows_by_the_duplicate()
    {
        var kill = new GroupScene().Settles(1, 2, "1: 0", "2: 1").Settles(30, 3, "1: 0 1").Delivers(30.5, 1, 1, 7, duplicate: true).Last();

        Assert.Null(Assert.Single(kill.Redelivered).Before);
    }

    [Fact]
    public void A_delayed_attempt_is_no_second_delivery_and_a_partition_that_stayed_has_none()
    {
        var join = new GroupScene()
            .Settles(1, 2, "1: 0", "2: 1")
            .Delivers(20, 2, 1, 7)
            .Delivers(20, 1, 0, 3)
            .Settles(30, 3, "1: 0 1")
            .Delivers(30.5, 1, 1, 7, attempt: 1)
            .Delivers(30.6, 1, 0, 3, process: "b")
            .Last();

        Assert.Empty(join.Redelivered);
    }

    [Fact]
    public void Looking_back_shows_the_owners_and_the_history_of_then()
    {
        var scene = new GroupScene().Settles(0, 1, "1: 0 1").Settles(60, 2, "1: 0", "2: 1");

        var then = scene.View(30);

        Assert.Equal(RebalanceCause.FirstStart, Assert.Single(then.Rebalances).Cause);
        Assert.Single(then.Groups[0].Members);
    }

    [Fact]
    public void Newest_first_one_group_alone_and_equal_views_are_equal()
    {
        var scene = new GroupScene().Settles(0, 1, "1: 0 1").Settles(60, 2, "1: 0", "2: 1");
        scene.Observed.Groups.Add("order-saga-group", new(GroupScene.At(70), 1, "range", []));

        Assert.Equal(["order-saga-group", GroupScene.Group, GroupScene.Group], scene.View().Rebalances.Select(r => r.Group));
        Assert.Equal(2, RebalanceView.Of(scene.Observed, new(GroupScene.At(80), IsNow: true), GroupScene.Group).Total);
        Assert.Equal(scene.View(), scene.View());
    }
}
