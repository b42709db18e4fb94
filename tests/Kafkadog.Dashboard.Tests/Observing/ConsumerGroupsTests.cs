using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Rebalances;
using Kafkadog.Dashboard.Tests.Rebalances;

namespace Kafkadog.Dashboard.Tests.Observing;

/// <summary>The records of a group with <c>group.protocol=consumer</c>, as a coordinator writes them step by step.</summary>
public sealed class ConsumerGroupsTests
{
    private const string Group = GroupScene.Group;

    private static readonly Guid Orders = Guid.Parse("01020304-0506-0708-090a-0b0c0d0e0f10");

    private readonly Observed observed = new(new DashboardOptions(), GroupScene.Start);

    public ConsumerGroupsTests() => observed.ConsumerGroups.NameTopic(Orders, "orders.v1");

    [Fact]
    public void First_member_owns_all_when_it_has_come_to_the_epoch_of_the_group()
    {
        Joins(1, "m-1", 1);
        Assert.Empty(observed.Groups.History(Group));
        Works(1, "m-1", epoch: 1, 0, 1, 2);
        var membership = Assert.Single(observed.Groups.History(Group));
        Assert.Equal((1, true), (membership.Generation, membership.IsByCoordinator));
        Assert.Equal([new("orders.v1", 0), new("orders.v1", 1), new("orders.v1", 2)], Assert.Single(membership.Members).Partitions);
    }

    [Fact]
    public void Partitions_on_their_way_to_a_second_member_are_one_rebalance_that_tells_who_joined()
    {
        Joins(1, "m-1", 1);
        Works(1, "m-1", epoch: 1, 0, 1, 2);
        Joins(10, "m-2", 2, number: 2);
        Works(10, "m-2", epoch: 2);
        GivesUp(11, "m-1", epoch: 1, keeps: [0], givesUp: [1, 2]);
        Assert.Single(observed.Groups.History(Group)); // nobody has lost anything yet
        Works(12, "m-1", epoch: 2, 0);
        Assert.Null(observed.Groups.Current(Group)!.OwnerOf(new("orders.v1", 1)));
        Works(13, "m-2", epoch: 2, 1, 2);

        var rebalance = RebalanceView.Of(observed, new(GroupScene.At(60), IsNow: true)).Rebalances[0];
        Assert.True(rebalance.IsSettled);
        Assert.True(rebalance.IsByCoordinator);
        Assert.Equal(2, rebalance.Moved);
        Assert.Equal("payment-service-2 joined.", rebalance.Words);
        Assert.Equal("payment-service-2", observed.Groups.Current(Group)!.OwnerOf(new("orders.v1", 1))!.ClientId);
    }

    [Fact]
    public void Partitions_of_who_is_gone_have_nobody_until_they_are_handed_on()
    {
        Joins(1, "m-1", 1);
        Joins(1, "m-2", 1, number: 2);
        Works(1, "m-1", epoch: 1, 0);
        Works(1, "m-2", epoch: 1, 1, 2);
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.MemberWorks(Group, "m-2", null, GroupScene.At(20)));
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.MemberKnown(Group, "m-2", null, GroupScene.At(20)));
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.EpochMoved(Group, 2, GroupScene.At(20)));
        observed.ConsumerGroups.Tell(observed.Groups);
        Assert.Null(observed.Groups.Current(Group)!.OwnerOf(new("orders.v1", 2)));
        Works(21, "m-1", epoch: 2, 0, 1, 2);

        var view = RebalanceView.Of(observed, new(GroupScene.At(60), IsNow: true));
        Assert.Equal((RebalanceCause.Gone, 2), (view.Rebalances[0].Cause, view.Rebalances[0].Moved));
    }

    [Fact]
    public void Member_from_before_the_remembered_time_is_known_from_the_description_of_its_group()
    {
        observed.ConsumerGroups.Seed(Group, [new("m-1", "payment-service-1", "/127.0.0.1", [new("orders.v1", 0), new("orders.v1", 1)])]);
        observed.ConsumerGroups.Tell(observed.Groups);
        Assert.Empty(observed.Groups.History(Group)); // which epoch that is nobody has told
        Joins(10, "m-2", 8, number: 2);
        Works(10, "m-2", epoch: 8);
        Works(11, "m-1", epoch: 8, 0);
        Assert.Null(observed.Groups.Current(Group)!.OwnerOf(new("orders.v1", 1)));
        Works(12, "m-2", epoch: 8, 1);
        Assert.Equal(8, observed.Groups.Current(Group)!.Generation);
        Assert.Equal("payment-service-2", observed.Groups.Current(Group)!.OwnerOf(new("orders.v1", 1))!.ClientId);
    }

    [Fact]
    public void Group_that_was_deleted_is_no_longer_shown_and_an_unknown_topic_is_asked_for()
    {
        Joins(1, "m-1", 1);
        var other = Guid.NewGuid();
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.MemberWorks(Group, "m-1", new(1, [new(other, 0)], IsGivingUp: false), GroupScene.At(1)));
        observed.ConsumerGroups.Tell(observed.Groups);
        Assert.True(observed.ConsumerGroups.MissesTopics);
        observed.ConsumerGroups.NameTopic(other, "somebody.else");
        observed.ConsumerGroups.Tell(observed.Groups);
        Assert.False(observed.ConsumerGroups.MissesTopics);
        Assert.NotNull(observed.Groups.Current(Group)!.OwnerOf(new("somebody.else", 0)));

        observed.ConsumerGroups.Add(new OffsetsTopicRecord.EpochMoved(Group, null, GroupScene.At(5)));
        observed.ConsumerGroups.Tell(observed.Groups);
        Assert.Null(observed.Groups.Current(Group));
    }

    private void Joins(double at, string member, int epoch, int number = 1)
    {
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.MemberKnown(Group, member, new($"payment-service-{number}", "/127.0.0.1"), GroupScene.At(at)));
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.EpochMoved(Group, epoch, GroupScene.At(at)));
        observed.ConsumerGroups.Tell(observed.Groups);
    }

    private void Works(double at, string member, int epoch, params int[] partitions)
    {
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.MemberWorks(
            Group, member, new(epoch, [.. partitions.Select(p => new TopicIdPartition(Orders, p))], IsGivingUp: false), GroupScene.At(at)));
        observed.ConsumerGroups.Tell(observed.Groups);
    }

    private void GivesUp(double at, string member, int epoch, int[] keeps, int[] givesUp)
    {
        observed.ConsumerGroups.Add(new OffsetsTopicRecord.MemberWorks(
            Group, member, new(epoch, [.. keeps.Concat(givesUp).Select(p => new TopicIdPartition(Orders, p))], IsGivingUp: true), GroupScene.At(at)));
        observed.ConsumerGroups.Tell(observed.Groups);
    }
}
