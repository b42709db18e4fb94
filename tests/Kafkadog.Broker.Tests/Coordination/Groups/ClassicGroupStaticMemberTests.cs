using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using static Kafkadog.Broker.Tests.Coordination.Groups.GroupFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

public sealed class ClassicGroupStaticMemberTests
{
    private readonly GroupFixture _g = new();

    /// <summary>A stable group of one static member per name, the first the leader; returns their ids.</summary>
    private string[] Stable(params string[] instances)
    {
        var ids = new List<string>();
        foreach (var instance in instances)
        {
            var joined = _g.Join(instance: instance, protocols: ["range", "sticky"]);
            _g.Pass(0);
            for (var i = 0; i < ids.Count; i++) _ = _g.Join(ids[i], instances[i], protocols: ["range", "sticky"]);
            ids.Add(Done(joined).MemberId);
            foreach (var (id, name) in ids.Zip(instances).Where(m => m.First != _g.Group.LeaderId)) _ = _g.Sync(id, _g.Group.Generation, name, null, null);
            var leader = ids.IndexOf(_g.Group.LeaderId!);
            _ = _g.Sync(ids[leader], _g.Group.Generation, instances[leader], null, null, [.. ids.Select(id => (id, $"for {id}"))]);
        }

        Assert.Equal(ClassicGroupState.Stable, _g.Group.State);
        return [.. ids];
    }

    [Fact]
    public void Restarted_follower_takes_its_place_without_a_rebalance_and_is_written()
    {
        var ids = Stable("a", "b");
        var (generation, persisted) = (_g.Group.Generation, _g.Persisted);
        var back = Done(_g.Join(instance: "b", protocols: ["range", "sticky"]));
        Assert.Equal((ErrorCode.None, generation, ids[0], false), (back.Error, back.Generation, back.Leader, back.SkipAssignment));
        Assert.NotEqual(ids[1], back.MemberId);
        Assert.Equal(persisted + 1, _g.Persisted);
        Assert.Equal($"for {ids[1]}", Text(Done(_g.Sync(back.MemberId, generation, "b", null, null)).Assignment));
    }

    [Fact]
    public void Restarted_leader_keeps_leading_and_is_told_to_skip_the_assignment()
    {
        Stable("a", "b");
        var back = Done(_g.Join(instance: "a", protocols: ["range", "sticky"]));
        Assert.Equal((back.MemberId, true, 2), (back.Leader, back.SkipAssignment, back.Members.Count));
        Assert.Equal(ClassicGroupState.Stable, _g.Group.State);
    }

    [Fact]
    public void Restarted_leader_of_an_older_client_is_shown_its_former_id_so_that_it_does_not_assign()
    {
        var ids = Stable("a", "b");
        var back = Done(_g.Join(instance: "a", protocols: ["range", "sticky"], skipping: false));
        Assert.Equal((ids[0], false, 0), (back.Leader, back.SkipAssignment, back.Members.Count));
    }

    [Fact]
    public void Former_id_is_fenced_everywhere()
    {
        var ids = Stable("a", "b");
        _ = _g.Join(instance: "b", protocols: ["range", "sticky"]);
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Heartbeat(ids[1], _g.Group.Generation, "b"));
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Commit(ids[1], _g.Group.Generation, "b"));
        Assert.Equal(ErrorCode.FencedInstanceId, Done(_g.Sync(ids[1], _g.Group.Generation, "b", null, null)).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, Done(_g.Join(ids[1], "b")).Error);
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Leave(new MemberIdentity(ids[1], "b"))[0].Error);
    }

    [Fact]
    public void Parked_join_of_the_former_process_is_fenced()
    {
        var ids = Stable("a", "b");
        var parked = _g.Join(ids[1], "b", ["range", "sticky"], metadata: "changed");
        var back = _g.Join(instance: "b", protocols: ["range", "sticky"]);
        Assert.Equal(ErrorCode.FencedInstanceId, Done(parked).Error);
        Assert.False(back.IsCompleted);
    }

    [Fact]
    public void Restart_that_changes_the_chosen_protocol_starts_a_rebalance()
    {
        Stable("a");
        Assert.Equal("range", _g.Group.ProtocolName);
        _ = _g.Join(instance: "a", protocols: ["sticky"]);
        Assert.Equal((ClassicGroupState.CompletingRebalance, "sticky"), (_g.Group.State, _g.Group.ProtocolName));
    }

    [Fact]
    public void Restart_while_the_assignment_is_awaited_starts_the_rebalance_again()
    {
        var first = _g.Join(instance: "a");
        _g.Pass(0);
        Assert.Equal(1, Done(first).Generation);
        Assert.Equal(2, Done(_g.Join(instance: "a")).Generation);
    }

    [Fact]
    public void Absent_static_member_keeps_its_place_in_a_rebalance_until_its_session_ends()
    {
        var ids = Stable("a", "b");
        var rejoined = _g.Join(ids[0], "a", ["range", "sticky"], sessionMs: 1_000_000, rebalanceMs: 5000, metadata: "changed");
        _g.Pass(9_999);
        Assert.Equal(2, _g.Group.Members.Count);
        _g.Pass(1);
        Assert.Single(_g.Group.Members);
        Assert.True(rejoined.IsCompleted);
    }

    [Fact]
    public void Operator_removes_a_static_member_by_its_name()
    {
        Stable("a", "b");
        var results = _g.Leave(new MemberIdentity("", "b"), new MemberIdentity("", "c"));
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownMemberId], results.Select(r => r.Error));
        Assert.Equal(ClassicGroupState.PreparingRebalance, _g.Group.State);
    }

    [Fact]
    public void Unknown_instance_with_an_id_is_refused()
    {
        var ids = Stable("a");
        Assert.Equal(ErrorCode.UnknownMemberId, Done(_g.Join(ids[0], "other")).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat(ids[0], 1, "other"));
    }

    [Fact]
    public void Full_group_lets_a_restarted_static_member_back_in()
    {
        var g = new GroupFixture(new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero, MaxSize = 1 });
        var joined = g.Join(instance: "a");
        g.Pass(0);
        _ = g.Sync(Done(joined).MemberId, 1, "a", null, null, (Done(joined).MemberId, "x"));
        Assert.Equal(ErrorCode.None, Done(g.Join(instance: "a")).Error);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, Done(g.Join(instance: "b")).Error);
    }
}
