using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;
using static Kafkadog.Broker.Tests.Coordination.Groups.Consumer.ConsumerGroupFixture;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

public sealed class ConsumerGroupTests
{
    private readonly ConsumerGroupFixture _g = new();
    private readonly Guid _topic;

    public ConsumerGroupTests() => _topic = _g.Topics.Create("t", 4);

    [Fact]
    public void First_member_gets_everything_at_once_and_later_heartbeats_say_nothing_new()
    {
        var joined = _g.Join("a");
        Assert.Equal((ErrorCode.None, "a", 2, HeartbeatMs), (joined.Error, joined.MemberId, joined.MemberEpoch, joined.HeartbeatIntervalMs));
        Assert.Equal([0, 1, 2, 3], Numbers(joined));
        Assert.Equal(ConsumerGroupState.Stable, _g.Group.State);
        var beat = _g.Beat("a", 2);
        Assert.Equal((ErrorCode.None, 2), (beat.Error, beat.MemberEpoch));
        Assert.Null(beat.Assignment);
    }

    [Fact]
    public void Second_member_waits_until_the_first_has_given_partitions_up()
    {
        _g.Join("a");
        var second = _g.Join("b");
        Assert.Equal((3, 0), (second.MemberEpoch, second.Assignment!.Count));
        Assert.Equal(ConsumerGroupState.Reconciling, _g.Group.State);
        Assert.Equal(MemberState.UnreleasedPartitions, _g.Member("b").Current.State);

        var revoke = _g.Beat("a", 2, All());
        Assert.Equal((2, 2), (revoke.MemberEpoch, revoke.Assignment!.Count));
        Assert.Equal(MemberState.UnrevokedPartitions, _g.Member("a").Current.State);
        Assert.Null(_g.Beat("b", 3, []).Assignment);

        var kept = revoke.Assignment;
        var advanced = _g.Beat("a", 2, kept);
        Assert.Equal(3, advanced.MemberEpoch);
        Assert.Null(advanced.Assignment);
        var received = _g.Beat("b", 3, []);
        Assert.Equal(All().Except(kept), received.Assignment!);
        Assert.Equal(ConsumerGroupState.Stable, _g.Group.State);
    }

    [Fact]
    public void Group_without_members_is_empty_keeps_counting_and_a_new_member_goes_on()
    {
        _g.Join("a");
        Assert.Equal((ErrorCode.None, -1), (_g.Leave("a").Error, _g.Leave("a") is { Error: ErrorCode.UnknownMemberId } ? -1 : 0));
        Assert.Equal((ConsumerGroupState.Empty, 3), (_g.Group.State, _g.Group.Epoch));
        Assert.Equal(4, _g.Join("b").MemberEpoch);
    }

    [Fact]
    public void Change_of_members_is_Assigning_until_the_next_heartbeat()
    {
        Settle("a", "b");
        _g.Leave("b");
        Assert.Equal(ConsumerGroupState.Assigning, _g.Group.State);
        Assert.Equal([0, 1, 2, 3], Numbers(_g.Beat("a", _g.Member("a").Epoch, Owned("a"))));
        Assert.Equal(ConsumerGroupState.Stable, _g.Group.State);
    }

    [Fact]
    public void Lost_answer_may_be_asked_for_again_with_the_epoch_before()
    {
        _g.Join("a");
        var left = _g.Beat("a", 2, All(), topics: ["t", "u"]);
        Assert.Equal(3, left.MemberEpoch);
        Assert.Equal(ErrorCode.None, _g.Beat("a", 2, All()).Error);
        // Not when it owns what it should not, nor when it does not say.
        Assert.Equal(ErrorCode.FencedMemberEpoch, _g.Beat("a", 2, [new TopicIdPartition(_topic, 9)]).Error);
        Assert.Equal(ErrorCode.FencedMemberEpoch, _g.Beat("a", 2).Error);
    }

    [Fact]
    public void Wrong_epochs_and_strangers_are_fenced_and_a_fenced_member_may_join_again()
    {
        _g.Join("a");
        Assert.Equal(ErrorCode.FencedMemberEpoch, _g.Beat("a", 3).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Beat("b", 2).Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Leave("b").Error);
        var again = _g.Join("a");
        Assert.Equal((ErrorCode.None, 2, 4), (again.Error, again.MemberEpoch, again.Assignment!.Count));
    }

    [Fact]
    public void Member_without_an_id_is_given_one() => Assert.Equal("1", _g.Join("").MemberId);

    [Fact]
    public void Full_group_takes_no_more_members_but_keeps_those_it_has()
    {
        var g = new ConsumerGroupFixture(maxSize: 1);
        g.Join("a");
        Assert.Equal(ErrorCode.GroupMaxSizeReached, g.Join("b").Error);
        Assert.Equal(ErrorCode.None, g.Beat("a", 2).Error);
    }

    [Fact]
    public void Silent_member_is_gone_after_its_session_and_a_heartbeat_extends_it()
    {
        Settle("a", "b");
        _g.Pass(SessionMs - 1);
        _g.Beat("a", _g.Member("a").Epoch);
        _g.Pass(2);
        Assert.Equal("a", Assert.Single(_g.Group.Members).MemberId);
        _g.Pass(SessionMs);
        Assert.Equal(ConsumerGroupState.Empty, _g.Group.State);
        Assert.Equal(long.MaxValue, _g.Group.NextDeadline);
    }

    [Fact]
    public void Member_that_does_not_give_partitions_up_in_time_is_expelled()
    {
        _g.Settings = _g.Settings with { SessionTimeoutMs = int.MaxValue / 2 };
        _g.Join("a");
        _g.Join("b");
        _g.Beat("a", 2, All());
        _g.Pass(RebalanceMs - 1);
        _g.Beat("a", 2, All());
        Assert.Equal(2, _g.Group.Members.Count);
        _g.Pass(1);
        Assert.Equal("b", Assert.Single(_g.Group.Members).MemberId);
        Assert.Equal([0, 1, 2, 3], Numbers(_g.Beat("b", 3, [])));
    }

    [Fact]
    public void New_partitions_and_new_topics_are_dealt_out_at_the_next_heartbeat()
    {
        _g.Join("a", ["t", "later"]);
        _g.Topics.Grow("t", 6);
        var grown = _g.Beat("a", 2, All());
        Assert.Equal((3, 6), (grown.MemberEpoch, grown.Assignment!.Count));
        _g.Topics.Create("later", 1);
        Assert.Equal(7, _g.Beat("a", 3, grown.Assignment).Assignment!.Count);
        // A topic nobody reads is nobody's business.
        _g.Topics.Create("other", 1);
        Assert.Equal(4, _g.Beat("a", 4).MemberEpoch);
    }

    [Fact]
    public void Deleted_topic_is_taken_away_and_made_again_it_is_another()
    {
        _g.Join("a");
        _g.Topics.Delete("t");
        Assert.Empty(_g.Beat("a", 2, All()).Assignment!);
        Assert.Equal(3, _g.Beat("a", 2, []).MemberEpoch);
        var renewed = _g.Topics.Create("t", 2);
        Assert.Equal([new TopicIdPartition(renewed, 0), new TopicIdPartition(renewed, 1)], _g.Beat("a", 3, []).Assignment!);
    }

    [Fact]
    public void Changes_that_come_close_together_make_one_assignment()
    {
        var g = new ConsumerGroupFixture(assignmentIntervalMs: 1000);
        g.Topics.Create("t", 4);
        Assert.Equal(4, g.Join("a").Assignment!.Count);
        // Too soon: it is a member at the epoch of the last assignment, which has nothing for it.
        var early = g.Join("b");
        Assert.Equal((2, 0), (early.MemberEpoch, early.Assignment!.Count));
        Assert.Equal((ConsumerGroupState.Assigning, 3, 2), (g.Group.State, g.Group.Epoch, g.Group.AssignmentEpoch));
        g.Join("c");
        g.Pass(1000);
        g.Beat("b", 2, []);
        Assert.Equal((4, 4), (g.Group.Epoch, g.Group.AssignmentEpoch));
    }

    [Fact]
    public void Most_votes_choose_the_assignor_and_nobodys_leave_it_to_uniform()
    {
        _g.Join("a");
        Assert.Equal("uniform", _g.Group.Describe().AssignorName);
        _g.Join("b", assignor: "range");
        Assert.Equal("range", _g.Group.Describe().AssignorName);
        _g.Join("c", assignor: "uniform");
        Assert.Equal("uniform", _g.Group.Describe().AssignorName);
    }

    [Fact]
    public void Static_member_away_for_a_while_keeps_its_partitions_and_comes_back_under_another_id()
    {
        _g.Join("a", instance: "i");
        _g.Join("b");
        var epoch = _g.Group.Epoch;
        Assert.Equal((ErrorCode.None, -2), (_g.Leave("a", -2, "i").Error, _g.Member("a").Epoch));
        Assert.Equal(epoch, _g.Group.Epoch);

        var back = _g.Join("a2", instance: "i");
        Assert.Equal((ErrorCode.None, epoch, epoch), (back.Error, back.MemberEpoch, _g.Group.Epoch));
        Assert.Equal(2, back.Assignment!.Count);
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Beat("a", 2, instance: "i").Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Beat("a", 2).Error);
    }

    [Fact]
    public void Static_member_in_use_cannot_be_taken_and_an_unknown_one_is_unknown()
    {
        _g.Join("a", instance: "i");
        Assert.Equal(ErrorCode.UnreleasedInstanceId, _g.Join("b", instance: "i").Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Beat("a", 2, instance: "other").Error);
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Leave("b", -1, "i").Error);
        Assert.Equal(ErrorCode.None, _g.Leave("a", -1, "i").Error);
        Assert.Empty(_g.Group.Members);
    }

    [Fact]
    public void Static_member_that_does_not_come_back_is_gone_after_its_session()
    {
        _g.Join("a", instance: "i");
        _g.Leave("a", -2, "i");
        _g.Pass(SessionMs);
        Assert.Empty(_g.Group.Members);
        Assert.Equal(ErrorCode.None, _g.Join("b", instance: "i").Error);
    }

    [Fact]
    public void Commit_is_fenced_by_the_epoch_at_which_the_member_got_the_partition()
    {
        Settle("a", "b");
        var (epoch, mine) = (_g.Member("a").Epoch, Owned("a").First().Partition);
        Assert.Equal(ErrorCode.None, _g.Commit("a", epoch, mine));
        Assert.Equal(ErrorCode.StaleMemberEpoch, _g.Commit("a", epoch + 1, mine));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Commit("c", epoch, mine));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Commit("", -1, mine));
        Assert.Equal(ErrorCode.UnsupportedVersion, _g.Commit("a", epoch, mine, knowsEpochs: false));
        // It has had it since epoch 2; the other's it has not.
        Assert.Equal(ErrorCode.None, _g.Commit("a", 2, mine));
        Assert.Equal(ErrorCode.StaleMemberEpoch, _g.Commit("a", 2, Owned("b").First().Partition));
        Assert.Equal(ErrorCode.StaleMemberEpoch, _g.Commit("b", 2, Owned("b").First().Partition));
        _g.Leave("a");
        _g.Leave("b");
        Assert.Equal(ErrorCode.None, _g.Commit("", -1));
    }

    [Fact]
    public void Expression_finds_topics_and_new_ones_ten_seconds_after_the_last_look()
    {
        var joined = _g.Join("a", regex: "t.*");
        Assert.Equal(4, joined.Assignment!.Count);
        _g.Topics.Create("t2", 1);
        _g.Topics.Create("other", 1);
        Assert.Null(_g.Beat("a", 2, All()).Assignment);
        _g.Pass(10_000);
        Assert.Equal(5, _g.Beat("a", 2, All()).Assignment!.Count);
        Assert.True(_g.Group.IsSubscribedTo("t2"));
        Assert.False(_g.Group.IsSubscribedTo("other"));
    }

    [Fact]
    public void Expression_and_names_add_up_and_an_empty_one_ends_it()
    {
        var other = _g.Topics.Create("other", 1);
        _g.Join("a", topics: ["other"], regex: "t");
        Assert.Equal(5, _g.Member("a").Current.Assigned.Count);
        var less = _g.Beat("a", 2, [], regex: "");
        Assert.Equal([new TopicIdPartition(other, 0)], less.Assignment!);
        Assert.Contains(_g.Records, r => r.Key.Span[1] == 16 && r.Value is null);
    }

    [Fact]
    public void Invalid_expression_is_refused_and_leaves_no_member()
    {
        var refused = _g.Join("a", regex: "(");
        Assert.Equal(ErrorCode.InvalidRegularExpression, refused.Error);
        Assert.StartsWith("SubscribedTopicRegex `(` is not a valid regular expression", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_g.Group.Members);
        Assert.Empty(_g.Records);
    }

    private IEnumerable<TopicIdPartition> All() => Enumerable.Range(0, 4).Select(p => new TopicIdPartition(_topic, p));

    private IEnumerable<TopicIdPartition> Owned(string memberId) => _g.Member(memberId).Current.Assigned.Keys;

    /// <summary>A stable group of these members.</summary>
    private void Settle(params string[] members)
    {
        foreach (var member in members)
        {
            _g.Join(member);
            for (var round = 0; round < 3; round++)
            {
                foreach (var present in _g.Group.Members.ToList()) _g.Beat(present.MemberId, present.Epoch, Owned(present.MemberId));
            }
        }

        Assert.Equal(ConsumerGroupState.Stable, _g.Group.State);
    }
}
