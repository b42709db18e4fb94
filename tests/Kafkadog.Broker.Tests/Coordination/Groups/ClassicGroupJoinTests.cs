using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using static Kafkadog.Broker.Tests.Coordination.Groups.GroupFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

public sealed class ClassicGroupJoinTests
{
    private readonly GroupFixture _g = new();

    [Fact]
    public void Newcomer_without_id_is_told_one_first_and_joins_with_it()
    {
        var told = Done(_g.Join(requireId: true));
        Assert.Equal(ErrorCode.MemberIdRequired, told.Error);
        Assert.Equal("client-1", told.MemberId);
        Assert.Equal(ClassicGroupState.Empty, _g.Group.State);

        var joined = _g.Join(told.MemberId, requireId: true);
        _g.Pass(0);
        Assert.Equal((ErrorCode.None, told.MemberId, 1), (Done(joined).Error, Done(joined).MemberId, Done(joined).Generation));
    }

    [Fact]
    public void Static_newcomer_is_not_sent_back_for_an_id()
    {
        var joined = _g.Join(instance: "i", requireId: true);
        _g.Pass(0);
        Assert.Equal("i-1", Done(joined).MemberId);
    }

    [Fact]
    public void Promised_id_is_forgotten_after_the_session_timeout()
    {
        var told = Done(_g.Join(requireId: true, sessionMs: 6000));
        _g.Pass(6000);
        Assert.True(_g.Group.IsVacant);
        Assert.Equal(ErrorCode.UnknownMemberId, Done(_g.Join(told.MemberId)).Error);
    }

    [Fact]
    public void Rebalance_waits_for_a_promised_id_but_not_longer_than_its_session()
    {
        var ids = _g.Stable(1);
        _ = _g.Join(requireId: true, sessionMs: 6000);
        var rejoined = _g.Join(ids[0], metadata: "changed");
        Assert.False(rejoined.IsCompleted);
        _g.Pass(6000);
        Assert.Equal(2, Done(rejoined).Generation);
    }

    [Fact]
    public void Promised_id_that_leaves_disturbs_no_generation()
    {
        _g.Stable(1);
        var told = Done(_g.Join(requireId: true));
        Assert.Equal(ErrorCode.None, _g.Leave(new MemberIdentity(told.MemberId))[0].Error);
        Assert.Equal(ClassicGroupState.Stable, _g.Group.State);
    }

    [Theory]
    [InlineData("connect", new[] { "range" })]
    [InlineData("consumer", new[] { "sticky" })]
    [InlineData("consumer", new string[0])]
    public void Member_that_shares_no_protocol_is_refused(string type, string[] protocols)
    {
        _g.Stable(1);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Done(_g.Join(type: type, protocols: protocols)).Error);
        Assert.Equal(ClassicGroupState.Stable, _g.Group.State);
    }

    [Theory]
    [InlineData("", new[] { "range" })]
    [InlineData("consumer", new string[0])]
    public void Empty_group_wants_a_protocol_type_and_a_protocol(string type, string[] protocols) =>
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, Done(_g.Join(type: type, protocols: protocols)).Error);

    [Fact]
    public void Empty_group_may_change_its_protocol_type()
    {
        var ids = _g.Stable(1);
        _g.Leave(new MemberIdentity(ids[0]));
        var joined = _g.Join(type: "connect", protocols: ["compatible"]);
        _g.Pass(0);
        Assert.Equal(("connect", "compatible"), (Done(joined).ProtocolType, Done(joined).ProtocolName));
    }

    [Fact]
    public void Protocol_is_the_one_most_members_prefer_among_those_all_support()
    {
        var first = _g.Join(protocols: ["sticky", "range", "roundrobin"]);
        _g.Pass(0);
        var second = _g.Join(protocols: ["roundrobin", "range"]);
        var third = _g.Join(protocols: ["roundrobin", "range"]);
        var again = _g.Join(Done(first).MemberId, protocols: ["sticky", "range", "roundrobin"]);
        Assert.All([second, third, again], joined => Assert.Equal("roundrobin", Done(joined).ProtocolName));
    }

    [Fact]
    public void First_member_leads_and_only_the_leader_learns_the_members()
    {
        var first = _g.Join(metadata: "a");
        _g.Pass(0);
        var leader = Done(first).MemberId;
        var second = _g.Join(metadata: "b");
        var again = _g.Join(leader, metadata: "a");
        Assert.Equal(leader, Done(again).Leader);
        Assert.Equal(leader, Done(second).Leader);
        Assert.Empty(Done(second).Members);
        Assert.Equal(["a", "b"], Done(again).Members.Select(m => Text(m.Metadata)));
    }

    [Fact]
    public void Leader_that_does_not_come_back_is_replaced_by_one_who_did()
    {
        var ids = _g.Stable(2, sessionMs: 1_000_000);
        var rejoined = _g.Join(ids[1], metadata: "changed");
        _g.Pass(60_000);
        Assert.Equal(ids[1], Done(rejoined).Leader);
        Assert.Single(Done(rejoined).Members);
    }

    [Fact]
    public void Follower_that_joins_again_unchanged_gets_the_same_generation_at_once()
    {
        var ids = _g.Stable(2);
        var generation = _g.Group.Generation;
        var again = Done(_g.Join(ids[1]));
        Assert.Equal((ErrorCode.None, generation, ids[0]), (again.Error, again.Generation, again.Leader));
        Assert.Equal(ClassicGroupState.Stable, _g.Group.State);
    }

    [Fact]
    public void Follower_that_joins_with_another_subscription_starts_a_rebalance()
    {
        var ids = _g.Stable(2);
        Assert.False(_g.Join(ids[1], metadata: "changed").IsCompleted);
        Assert.Equal(ClassicGroupState.PreparingRebalance, _g.Group.State);
    }

    [Fact]
    public void Leader_that_joins_again_starts_a_rebalance_even_unchanged()
    {
        var ids = _g.Stable(2);
        Assert.False(_g.Join(ids[0]).IsCompleted);
        Assert.Equal(ClassicGroupState.PreparingRebalance, _g.Group.State);
    }

    [Fact]
    public void Join_whose_answer_was_lost_is_answered_again_while_the_generation_waits_for_its_assignment()
    {
        var joined = _g.Join();
        _g.Pass(0);
        var id = Done(joined).MemberId;
        var again = Done(_g.Join(id));
        Assert.Equal((1, id), (again.Generation, again.Leader));
        Assert.Single(again.Members);
        Assert.Equal(ClassicGroupState.CompletingRebalance, _g.Group.State);
    }

    [Fact]
    public void Second_join_of_a_member_answers_its_first_one()
    {
        var ids = _g.Stable(2);
        var first = _g.Join(ids[1], metadata: "changed");
        var second = _g.Join(ids[1], metadata: "changed");
        Assert.Equal(ErrorCode.RebalanceInProgress, Done(first).Error);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public void Unknown_id_is_refused_in_every_state()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, Done(_g.Join("nobody")).Error);
        _g.Stable(1);
        Assert.Equal(ErrorCode.UnknownMemberId, Done(_g.Join("nobody")).Error);
    }

    [Fact]
    public void Full_group_refuses_newcomers_but_not_its_members()
    {
        var g = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero, MaxSize = 2 });
        var ids = g.Stable(2);
        var refused = Done(g.Join());
        Assert.Equal((ErrorCode.GroupMaxSizeReached, ""), (refused.Error, refused.MemberId));
        Assert.Equal(ErrorCode.None, Done(g.Join(ids[1])).Error);
    }

    [Fact]
    public void Gathering_group_counts_only_who_is_present()
    {
        var g = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero, MaxSize = 2 });
        var ids = g.Stable(2);
        _ = g.Join(ids[0]);
        Assert.False(g.Join().IsCompleted);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, Done(g.Join()).Error);
    }

    [Fact]
    public void Promised_ids_are_bounded_too()
    {
        var g = new GroupFixture(new GroupOptions { MaxSize = 2 });
        Assert.Equal(ErrorCode.MemberIdRequired, Done(g.Join(requireId: true)).Error);
        Assert.Equal(ErrorCode.MemberIdRequired, Done(g.Join(requireId: true)).Error);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, Done(g.Join(requireId: true)).Error);
    }

    [Fact]
    public void Empty_group_waits_for_more_members_as_long_as_some_come()
    {
        var g = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.FromSeconds(3) });
        var first = g.Join();
        g.Pass(2000);
        var second = g.Join();
        g.Pass(2000);
        Assert.False(first.IsCompleted);
        g.Pass(2000);
        Assert.Equal((1, 1), (Done(first).Generation, Done(second).Generation));
    }

    [Fact]
    public void Empty_group_waits_at_most_the_rebalance_timeout()
    {
        var g = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.FromSeconds(3) });
        var first = g.Join(rebalanceMs: 5000);
        for (var i = 0; i < 4; i++)
        {
            g.Pass(1000);
            _ = g.Join(rebalanceMs: 5000);
        }

        g.Pass(1000);
        Assert.Equal(5, Done(first).Members.Count);
    }

    [Fact]
    public void Dead_group_sends_everybody_to_look_again()
    {
        var effects = new GroupEffects();
        _g.Group.Die(ErrorCode.CoordinatorNotAvailable, effects);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, Done(_g.Join()).Error);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, Done(_g.Sync("x", 1)).Error);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, _g.Heartbeat("x", 1));
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, _g.Commit("", -1));
    }
}
