using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Asking;

/// <summary>Where a role of the shop can be asked over HTTP, or why it cannot.</summary>
/// <param name="Url">Null when no instance is ready.</param>
/// <param name="Problem">Why not; null too while nothing is known yet.</param>
public sealed record ServicePlace(string Role, string? Url, string? Problem = null, string? NextStep = null)
{
    public static ServicePlace Of(Observed observed, string role)
    {
        var instances = observed.Instances.Where(i => i.Role == role).OrderBy(i => i.Number).ToList();
        if (instances.Find(i => i.State == ShopInstanceState.Ready) is { } ready)
        {
            return new(role, ready.Url);
        }

        if (instances.Exists(i => i.State is ShopInstanceState.Starting or ShopInstanceState.Restarting))
        {
            return new(role, null, $"{role} is starting.", "It is asked again by itself as soon as it is ready.");
        }

        return instances is [var first, ..] ? new(role, null, $"{role} does not answer: {first.State.ToString().ToLowerInvariant()}.", $"{(first.State == ShopInstanceState.Frozen ? "Thaw" : "Start")} it on the Instances page; then it is asked again by itself.")
            : observed.InstancesProblem is { } problem ? new(role, null, $"The instances are not known: {problem}", "It is asked again by itself every second.")
            : observed.Instances.Count > 0 ? new(role, null, $"No instance of {role} was started.", "Start one on the Instances page.")
            : new(role, null);
    }
}
