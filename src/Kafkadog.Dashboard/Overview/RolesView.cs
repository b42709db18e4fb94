using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>Health of every role: how many of its instances are ready.</summary>
public sealed record RolesView(Equatable<RoleHealth> Roles, string? Problem)
{
    public static RolesView Of(Observed observed) => new(
        observed.Instances
            .GroupBy(i => i.Role)
            .Select(g => new RoleHealth(
                g.Key,
                g.Count(i => i.State == ShopInstanceState.Ready),
                g.Count(),
                string.Join(", ", g.Where(i => i.State != ShopInstanceState.Ready).Select(i => $"{i.Name} {Word(i.State)}"))))
            .ToEquatable(),
        observed.InstancesProblem);

    public static string Word(ShopInstanceState state) => state switch
    {
        ShopInstanceState.Starting => "is starting",
        ShopInstanceState.Ready => "is ready",
        ShopInstanceState.Restarting => "crashed and comes back",
        ShopInstanceState.Frozen => "is frozen",
        ShopInstanceState.Stopping => "is stopping",
        ShopInstanceState.Stopped => "is stopped",
        ShopInstanceState.Killed => "was killed",
        _ => "does not answer",
    };
}

public readonly record struct RoleHealth(string Role, int Ready, int Instances, string NotReady);
