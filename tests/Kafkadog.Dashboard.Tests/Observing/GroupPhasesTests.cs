using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Tests.Observing;

public sealed class GroupPhasesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly GroupPhases phases = new();

    [Fact]
    public void Both_phases_are_one_rebalance_that_began_with_the_first()
    {
        Set(1, ("a", GroupPhase.Joining));
        Set(5, ("a", GroupPhase.Sharing));
        Assert.Equal(new MovingGroup(GroupPhase.Sharing, Noon.AddSeconds(1)), phases.Moving("a"));
    }

    [Fact]
    public void Group_that_is_not_named_any_more_has_settled_and_its_past_is_kept()
    {
        Set(1, ("a", GroupPhase.Joining), ("b", GroupPhase.Joining));
        Set(5, ("b", GroupPhase.Joining));
        Assert.Null(phases.Moving("a"));
        Assert.True(phases.IsAnyMoving);
        Set(6);
        Assert.False(phases.IsAnyMoving);
        Assert.Null(phases.Moving("a", Noon));
        Assert.Equal(Noon.AddSeconds(1), phases.Moving("a", Noon.AddSeconds(4))?.Since);
        Assert.Null(phases.Moving("a", Noon.AddSeconds(5)));
    }

    [Fact]
    public void What_holds_is_kept_when_the_past_is_forgotten()
    {
        Set(1, ("a", GroupPhase.Joining));
        Set(2);
        Set(3, ("a", GroupPhase.Joining));
        phases.Forget(Noon.AddSeconds(60));
        Assert.Equal(Noon.AddSeconds(3), phases.Moving("a")?.Since);
        Assert.Null(phases.Moving("a", Noon.AddSeconds(1.5)));
    }

    [Fact]
    public void Group_that_settled_long_ago_is_forgotten_whole_and_one_that_moves_is_not()
    {
        Set(1, ("a", GroupPhase.Joining), ("b", GroupPhase.Joining));
        Set(2, ("b", GroupPhase.Joining));
        phases.Forget(Noon.AddSeconds(1.5));
        Assert.Equal(2, phases.Count);
        phases.Forget(Noon.AddSeconds(60));
        Assert.Equal(1, phases.Count);
        Assert.Equal(Noon.AddSeconds(1), phases.Moving("b")?.Since);
    }

    [Fact]
    public void Group_that_was_never_seen_moving_is_settled() => Assert.Null(phases.Moving("a"));

    private void Set(int second, params (string Group, GroupPhase Phase)[] moving) =>
        phases.Set(moving.ToDictionary(m => m.Group, m => m.Phase, StringComparer.Ordinal), Noon.AddSeconds(second));
}
