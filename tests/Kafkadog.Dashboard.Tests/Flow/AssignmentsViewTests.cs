using Kafkadog.Contracts;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Tests.Observing;

namespace Kafkadog.Dashboard.Tests.Flow;

public sealed class AssignmentsViewTests
{
    private readonly ShopStory story = new();

    [Fact]
    public void Line_leads_from_the_middle_of_a_lane_to_the_middle_of_its_owner_and_moves_with_it()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        Settle(1, ("payment-service-1", [0]));
        var before = View().Lines.Single();
        Settle(2, ("payment-service-1", []), ("payment-service-2", [0]));
        var after = View().Lines.Single();
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(before.From, after.From);
        Assert.Equal(AssignmentsView.MemberHeight, after.To - before.To);
        Assert.Equal(1, after.Colour);
        Assert.Equal(0, View().Groups.Single().Members[0].Partitions);
    }

    [Fact]
    public void Two_processes_that_had_the_same_name_are_two_members()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        story.Observed.Groups.Add(Groups.Payment, new(ShopStory.Noon, 1, "x", [new("old", "payment-service-1", "", []), new("new", "payment-service-1", "", [])]));
        Assert.Equal(2, View().Groups.Single().Members.Select(m => m.Id).Distinct().Count());
    }

    [Fact]
    public void Group_without_members_says_that_nobody_reads()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        story.Observed.Groups.Add(Groups.Payment, new(ShopStory.Noon, 3, null, []));
        var group = View().Groups.Single();
        Assert.True(group.IsKnown);
        Assert.Empty(group.Members);
    }

    [Fact]
    public void Lines_of_a_group_in_the_middle_of_a_rebalance_are_at_stake_until_it_is_over()
    {
        story.Placed(Guid.CreateVersion7(), 0);
        Settle(1, ("payment-service-1", [0]));
        Assert.False(View().Lines.Single().IsAtStake);

        story.Observed.Phases.Set(new Dictionary<string, GroupPhase> { [Groups.Payment] = GroupPhase.Joining }, ShopStory.Noon.AddSeconds(30));
        Assert.True(View().Lines.Single().IsAtStake);
        Assert.Equal("waits for every member to join", View().Groups.Single().UnderWay!.Waits);

        story.Observed.Phases.Set(new Dictionary<string, GroupPhase>(), ShopStory.Noon.AddSeconds(31));
        Assert.False(View().Lines.Single().IsAtStake);
        Assert.Null(View().Groups.Single().UnderWay);
    }

    private AssignmentsView View()
    {
        var moment = new Moment(ShopStory.Noon.AddSeconds(60), IsNow: true);
        return AssignmentsView.Of(story.Observed, moment, TapesView.Of(story.Observed, moment, [Topics.Orders], null), Groups.Payment);
    }

    private void Settle(int generation, params (string Instance, int[] Partitions)[] members) => story.Observed.Groups.Add(
        Groups.Payment,
        new(ShopStory.Noon.AddSeconds(generation), generation, "cooperative-sticky", [.. members.Select(m => new Member(m.Instance, m.Instance, "", [.. m.Partitions.Select(p => new Place(Topics.Orders, p))]))]));
}
