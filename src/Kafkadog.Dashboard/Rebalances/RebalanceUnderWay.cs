using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Overview;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>A rebalance that goes on at the moment shown.</summary>
/// <param name="Waits">What it waits for, to follow the group's name.</param>
public sealed record RebalanceUnderWay(DateTimeOffset Since, string Waits)
{
    public static RebalanceUnderWay? Of(Observed observed, Moment moment, string group) => observed.Phases.Moving(group, moment.At) switch
    {
        null => null,
        { Phase: GroupPhase.Sharing } moving => new(moving.Since, "waits for its leader to share out the partitions"),
        { } moving when moment.IsNow && Hindrance(observed, group) is { } who => new(
            moving.Since, $"waits for {who.Name}, which {RolesView.Word(who.State)}, to join again or to time out"),
        { } moving => new(moving.Since, "waits for every member to join"),
    };

    /// <summary>A member that cannot answer the coordinator. How it was at an earlier moment is not looked for.</summary>
    private static ShopInstance? Hindrance(Observed observed, string group) =>
        (observed.Groups.Current(group)?.Members ?? [])
            .Select(m => observed.Instances.FirstOrDefault(i => i.Name == m.ClientId))
            .FirstOrDefault(i => i?.State is ShopInstanceState.Frozen or ShopInstanceState.Killed or ShopInstanceState.Silent);
}
