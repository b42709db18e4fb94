using Kafkadog.Dashboard.Instances;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Instances;

public sealed class InstanceActionTests
{
    [Theory]
    [InlineData(ShopInstanceState.Ready, "stop kill freeze")]
    [InlineData(ShopInstanceState.Starting, "stop kill freeze")]
    [InlineData(ShopInstanceState.Frozen, "stop kill thaw")]
    [InlineData(ShopInstanceState.Restarting, "stop")]
    [InlineData(ShopInstanceState.Stopped, "start")]
    [InlineData(ShopInstanceState.Killed, "start")]
    public void What_can_be_done_depends_on_the_state_and_the_rest_says_why_not(ShopInstanceState state, string possible)
    {
        var actions = InstanceAction.Of(Card("payment-service", state), isLive: true);

        Assert.Equal(4, actions.Count);
        Assert.Equal(possible, string.Join(' ', actions.Where(a => a.Reason is null).Select(a => a.Verb)));
        Assert.All(actions, a => Assert.NotEmpty(a.Effect));
    }

    [Fact]
    public void Nothing_can_be_done_in_the_past_or_to_the_process_of_this_page()
    {
        Assert.All(InstanceAction.Of(Card("payment-service", ShopInstanceState.Ready), isLive: false), a => Assert.Equal(InstanceAction.Looking, a.Reason));
        Assert.All(InstanceAction.Of(Card("dashboard", ShopInstanceState.Ready), isLive: true), a => Assert.NotNull(a.Reason));
    }

    [Fact]
    public void A_kill_counts_what_moves_and_when()
    {
        var kill = InstanceAction.Of(Card("payment-service", ShopInstanceState.Ready, 2), isLive: true).Single(a => a.Verb == "kill");

        Assert.Contains("after the session timeout (10 s unless set otherwise) its 2 partitions move", kill.Effect);
    }

    [Fact]
    public void Another_instance_beyond_the_partitions_will_be_idle()
    {
        RoleInstances role = new("payment-service", 1, new([Card("payment-service", ShopInstanceState.Ready, 1)]));

        Assert.Contains("it will be idle", StartAnother.Effect(role));
        Assert.Null(StartAnother.Reason(role, isLive: true));
        Assert.NotNull(StartAnother.Reason(role with { Role = "broker" }, isLive: true));
    }

    private static InstanceCard Card(string role, ShopInstanceState state, int partitions = 0) => new(
        $"{role}-1", role, 1, state, null, 1, 1, 0, null, 0, 0,
        new(partitions == 0 ? [] : [new OwnedGroup("g", "G", new(Enumerable.Range(0, partitions).Select(p => new Place("orders.v1", p))), 0, null)]), 0, 0);
}
