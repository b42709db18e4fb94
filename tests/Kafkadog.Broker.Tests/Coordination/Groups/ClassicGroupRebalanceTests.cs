using System.Text;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using static Kafkadog.Broker.Tests.Coordination.Groups.GroupFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

public sealed class ClassicGroupRebalanceTests
{
    private readonly GroupFixture _g = new();

    [Fact]
    public void Join_phase_ends_when_every_known_member_is_back()
    {
        var ids = _g.Stable(2);
        var first = _g.Join(ids[0]);
        Assert.False(first.IsCompleted);
        var second = _g.Join(ids[1]);
        Assert.Equal((Done(first).Generation, 2), (Done(second).Generation, Done(first).Members.Count));
    }

    [Fact]
    public void Member_that_does_not_come_back_in_the_rebalance_timeout_is_dropped()
    {
        var ids = _g.Stable(2, sessionMs: 1_000_000);
        var first = _g.Join(ids[0], sessionMs: 1_000_000);
        _g.Pass(59_999);
        Assert.False(first.IsCompleted);
        _g.Pass(1);
        Assert.Single(Done(first).Members);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat(ids[1], _g.Group.Generation));
    }

    [Fact]
    public void Session_does_not_end_while_a_join_is_parked()
    {
        var ids = _g.Stable(2, sessionMs: 6000);
        var first = _g.Join(ids[0], sessionMs: 6000);
        for (var i = 0; i < 10; i++)
        {
            _g.Pass(5000);
            Assert.Equal(ErrorCode.RebalanceInProgress, _g.Heartbeat(ids[1], _g.Group.Generation));
        }

        Assert.False(first.IsCompleted);
        Assert.Equal(2, _g.Group.Members.Count);
    }

    [Fact]
    public void Session_does_not_end_while_a_sync_is_parked()
    {
        var g = new GroupFixture();
        var ids = g.Stable(2, sessionMs: 6000);
        _ = g.Join(ids[0], sessionMs: 6000);
        _ = g.Join(ids[1], sessionMs: 6000);
        var parked = g.Sync(ids[1], g.Group.Generation);
        for (var i = 0; i < 10; i++)
        {
            g.Pass(5000);
            Assert.Equal(ErrorCode.None, g.Heartbeat(ids[0], g.Group.Generation));
        }

        Assert.False(parked.IsCompleted);
        g.Pass(6_000);
        Assert.Equal(ErrorCode.RebalanceInProgress, Done(parked).Error);
        g.Pass(5_999);
        Assert.Single(g.Group.Members);
        g.Pass(1);
        Assert.Empty(g.Group.Members);
    }

    [Fact]
    public void New_member_is_given_up_after_its_join_waited_for_five_minutes()
    {
        var g = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero });
        var ids = g.Stable(1, sessionMs: 1_000_000);
        var newcomer = g.Join(rebalanceMs: 1_000_000);
        _ = g.Group.Heartbeat(new MemberIdentity(ids[0]), g.Group.Generation, g.Now);
        g.Pass(300_000);
        Assert.Equal(ErrorCode.UnknownMemberId, Done(newcomer).Error);
    }

    [Fact]
    public void Leader_brings_the_assignment_and_it_is_written_before_anybody_gets_it()
    {
        var first = _g.Join();
        _g.Pass(0);
        var id = Done(first).MemberId;
        Assert.Equal(0, _g.Persisted);
        var answer = Done(_g.Sync(id, 1, (id, "mine"), ("stranger", "x")));
        Assert.Equal(("mine", "consumer", "range"), (Text(answer.Assignment), answer.ProtocolType, answer.ProtocolName));
        Assert.Equal((1, ClassicGroupState.Stable), (_g.Persisted, _g.Group.State));
    }

    [Fact]
    public void Follower_waits_for_the_leader_and_gets_nothing_if_forgotten()
    {
        var ids = _g.Stable(2);
        _ = _g.Join(ids[0]);
        _ = _g.Join(ids[1]);
        var follower = _g.Sync(ids[1], _g.Group.Generation);
        Assert.False(follower.IsCompleted);
        _ = _g.Sync(ids[0], _g.Group.Generation, (ids[0], "all"));
        Assert.Equal((ErrorCode.None, 0), (Done(follower).Error, Done(follower).Assignment.Length));
    }

    [Fact]
    public void Stable_group_repeats_the_assignment()
    {
        var ids = _g.Stable(2);
        Assert.Equal($"for {ids[1]}", Text(Done(_g.Sync(ids[1], _g.Group.Generation)).Assignment));
    }

    [Fact]
    public void Sync_is_refused_with_the_reason()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, Done(_g.Sync("x", 0)).Error);
        var ids = _g.Stable(2);
        Assert.Equal(ErrorCode.UnknownMemberId, Done(_g.Sync("x", 2)).Error);
        Assert.Equal(ErrorCode.IllegalGeneration, Done(_g.Sync(ids[0], 1)).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Done(_g.Sync(ids[0], 2, null, "connect", null)).Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Done(_g.Sync(ids[0], 2, null, "consumer", "sticky")).Error);
        Assert.Equal(ErrorCode.None, Done(_g.Sync(ids[0], 2, null, "consumer", "range")).Error);
        _ = _g.Join(ids[0]);
        Assert.Equal(ErrorCode.RebalanceInProgress, Done(_g.Sync(ids[1], 2)).Error);
    }

    [Fact]
    public void Newcomer_sends_waiting_followers_back_to_join()
    {
        var ids = _g.Stable(2);
        _ = _g.Join(ids[0]);
        _ = _g.Join(ids[1]);
        var parked = _g.Sync(ids[1], _g.Group.Generation);
        _ = _g.Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, Done(parked).Error);
        Assert.Equal(ClassicGroupState.PreparingRebalance, _g.Group.State);
    }

    [Fact]
    public void Member_that_never_fetches_its_assignment_is_expelled_after_the_rebalance_timeout()
    {
        var ids = _g.Stable(2, sessionMs: 1_000_000);
        _ = _g.Join(ids[0], sessionMs: 1_000_000);
        _ = _g.Join(ids[1], sessionMs: 1_000_000);
        _ = _g.Sync(ids[0], _g.Group.Generation, (ids[0], "x"));
        Assert.Equal(ClassicGroupState.Stable, _g.Group.State);
        _g.Pass(60_000);
        Assert.Equal(ClassicGroupState.PreparingRebalance, _g.Group.State);
        Assert.Equal(ids[0], Assert.Single(_g.Group.Members).MemberId);
    }

    [Fact]
    public void Leader_that_never_brings_an_assignment_is_expelled_and_the_others_join_again()
    {
        var ids = _g.Stable(2, sessionMs: 1_000_000);
        _ = _g.Join(ids[0], sessionMs: 1_000_000);
        _ = _g.Join(ids[1], sessionMs: 1_000_000);
        var follower = _g.Sync(ids[1], _g.Group.Generation);
        _g.Pass(60_000);
        Assert.Equal(ErrorCode.RebalanceInProgress, Done(follower).Error);
        Assert.Equal(ids[1], Done(_g.Join(ids[1], sessionMs: 1_000_000)).Leader);
    }

    [Fact]
    public void Assignment_too_large_for_the_log_is_refused_to_everybody()
    {
        var g = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero, MaxRecordBytes = 2000 });
        var ids = g.Stable(1);
        _ = g.Join(ids[0]);
        var answer = Done(g.Sync(ids[0], 2, (ids[0], new string('x', 3000))));
        Assert.Equal(ErrorCode.UnknownServerError, answer.Error);
        Assert.Equal(ClassicGroupState.PreparingRebalance, g.Group.State);
        Assert.Equal(1, g.Persisted);
    }

    [Fact]
    public void Heartbeat_tells_the_state_of_the_group()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat("x", 0));
        var joined = _g.Join();
        _g.Pass(0);
        var id = Done(joined).MemberId;
        Assert.Equal(ErrorCode.None, _g.Heartbeat(id, 1));
        _ = _g.Sync(id, 1, (id, "x"));
        Assert.Equal(ErrorCode.None, _g.Heartbeat(id, 1));
        Assert.Equal(ErrorCode.IllegalGeneration, _g.Heartbeat(id, 2));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat("x", 1));
        _ = _g.Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Heartbeat(id, 1));
    }

    [Fact]
    public void Silent_member_is_out_after_its_session_timeout_and_heartbeats_prolong_it()
    {
        var ids = _g.Stable(2, sessionMs: 10_000);
        _g.Pass(9_000);
        Assert.Equal(ErrorCode.None, _g.Heartbeat(ids[0], 2));
        _g.Pass(1_000);
        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Heartbeat(ids[0], 2));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat(ids[1], 2));
    }

    [Fact]
    public void Heartbeats_cost_no_wake_up()
    {
        var ids = _g.Stable(1, sessionMs: 10_000);
        var before = _g.Group.NextDeadline;
        _g.Heartbeat(ids[0], 1);
        Assert.Equal(before, _g.Group.NextDeadline);
    }

    [Fact]
    public void Last_member_that_leaves_empties_the_group_and_that_is_written()
    {
        var ids = _g.Stable(1);
        var persisted = _g.Persisted;
        _g.Leave(new MemberIdentity(ids[0]));
        Assert.Equal((ClassicGroupState.Empty, 2, persisted + 1), (_g.Group.State, _g.Group.Generation, _g.Persisted));
        Assert.Equal(_g.Now.Unix, _g.Group.StateTimestamp);
        Assert.True(_g.Group.IsVacant);
        _g.Pass(10_000);
        Assert.Equal(ClassicGroup.Never, _g.Group.NextDeadline);
    }

    [Fact]
    public void Batch_of_leavers_makes_one_rebalance_and_has_a_result_for_each()
    {
        var ids = _g.Stable(3);
        var results = _g.Leave(new MemberIdentity(ids[1]), new MemberIdentity("x"), new MemberIdentity(ids[2]));
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownMemberId, ErrorCode.None], results.Select(r => r.Error));
        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Heartbeat(ids[0], 3));
        Assert.Equal(4, Done(_g.Join(ids[0])).Generation);
    }

    [Fact]
    public void Leaver_with_a_parked_request_is_answered()
    {
        var ids = _g.Stable(2);
        var parked = _g.Join(ids[1], metadata: "changed");
        _g.Leave(new MemberIdentity(ids[1]));
        Assert.Equal(ErrorCode.UnknownMemberId, Done(parked).Error);
    }

    [Theory]
    [InlineData("member", 0, nameof(ErrorCode.None))]
    [InlineData("member", 1, nameof(ErrorCode.IllegalGeneration))]
    [InlineData("member", -1, nameof(ErrorCode.IllegalGeneration))]
    [InlineData("", -1, nameof(ErrorCode.UnknownMemberId))]
    [InlineData("stranger", 0, nameof(ErrorCode.UnknownMemberId))]
    public void Commit_to_a_group_with_members_is_for_members_of_the_generation(string who, int ahead, string expected)
    {
        var ids = _g.Stable(1);
        var generation = ahead < 0 ? -1 : _g.Group.Generation + ahead;
        Assert.Equal(expected, _g.Commit(who == "member" ? ids[0] : who, generation).ToString());
    }

    [Fact]
    public void Commit_is_for_anybody_when_the_group_is_empty_and_for_nobody_while_assignments_are_out()
    {
        Assert.Equal(ErrorCode.None, _g.Commit("", -1));
        var joined = _g.Join();
        _g.Pass(0);
        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Commit(Done(joined).MemberId, 1));
        Assert.Equal(ErrorCode.None, _g.Commit(Done(joined).MemberId, 1, transactional: true));
        Assert.Equal(ErrorCode.None, _g.Commit("", -1, transactional: true));
    }

    [Fact]
    public void Commit_while_members_gather_is_accepted_and_keeps_the_session()
    {
        var ids = _g.Stable(2, sessionMs: 10_000);
        _ = _g.Join(ids[0]);
        _g.Pass(9_000);
        Assert.Equal(ErrorCode.None, _g.Commit(ids[1], 2));
        _g.Pass(9_000);
        Assert.Equal(2, _g.Group.Members.Count);
    }

    [Fact]
    public void Description_shows_metadata_and_assignments_in_a_stable_group_only()
    {
        var ids = _g.Stable(1);
        var stable = _g.Group.Describe();
        Assert.Equal(("Stable", "consumer", "range"), (stable.State, stable.ProtocolType, stable.ProtocolData));
        Assert.Equal(("t", $"for {ids[0]}"), (Text(stable.Members[0].Metadata), Text(stable.Members[0].Assignment)));
        _ = _g.Join();
        var moving = _g.Group.Describe();
        Assert.Equal(("PreparingRebalance", "", 0), (moving.State, moving.ProtocolData, moving.Members[0].Metadata.Length));
    }

    [Fact]
    public void Subscriptions_of_the_generation_are_known()
    {
        byte[] subscription = [0, 1, 0, 0, 0, 2, 0, 1, (byte)'a', 0, 1, (byte)'b', 255, 255, 255, 255];
        var joined = _g.Join(metadata: Encoding.Latin1.GetString([0, 1, 0, 0, 0, 2, 0, 1, (byte)'a', 0, 1, (byte)'b']));
        _g.Pass(0);
        Assert.True(joined.IsCompleted);
        Assert.True(_g.Group.IsSubscribedTo("a"));
        Assert.False(_g.Group.IsSubscribedTo("c"));
        Assert.True(ConsumerSubscription.TryRead(subscription, out var read));
        Assert.Equal(["a", "b"], read.Topics);
    }
}
