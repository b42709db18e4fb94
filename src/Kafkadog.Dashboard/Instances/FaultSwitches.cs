using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Instances;

/// <summary>Turns faults on and off in the services. Every instance has its own, so a role is asked instance by instance.</summary>
public sealed class FaultSwitches(ServiceApi api, FaultWatch watch, Observation observation)
{
    /// <summary>In every running instance of the role.</summary>
    public Task<SwitchResult> TurnOnAsync(string role, FaultRequest fault, CancellationToken cancellationToken) =>
        AskAllAsync(
            observation.Read(o => o.Instances.Where(i => i.Role == role && i.Answers).Select(i => (i.Name, i.Url)).ToList()),
            url => api.PostAsync<ServiceFault>(url, "/chaos", fault, cancellationToken),
            cancellationToken);

    /// <summary>Wherever it is. One that has ended meanwhile is off too.</summary>
    public Task<SwitchResult> TurnOffAsync(ActiveFault fault, CancellationToken cancellationToken)
    {
        var ids = fault.Parts.ToDictionary(p => p.Url, p => p.Id, StringComparer.Ordinal);
        return AskAllAsync(
            [.. fault.Parts.Select(p => (p.Instance, p.Url))],
            url => api.DeleteAsync(url, FormattableString.Invariant($"/chaos/{ids[url]}"), cancellationToken),
            cancellationToken);
    }

    public Task<SwitchResult> TurnAllOffAsync(CancellationToken cancellationToken) =>
        AskAllAsync(
            observation.Read(o => o.Instances.Where(i => i.IsService && i.Answers).Select(i => (i.Name, i.Url)).ToList()),
            url => api.DeleteAsync(url, "/chaos", cancellationToken),
            cancellationToken);

    private async Task<SwitchResult> AskAllAsync(List<(string Instance, string Url)> instances, Func<string, Task> question, CancellationToken cancellationToken)
    {
        var problems = await Task.WhenAll(instances.Select(i => AskAsync(i.Instance, i.Url, question, cancellationToken)));
        await watch.LookAsync(cancellationToken);
        return new(instances.Count - problems.Count(p => p is not null), [.. problems.OfType<string>()]);
    }

    private static async Task<string?> AskAsync(string instance, string url, Func<string, Task> question, CancellationToken cancellationToken)
    {
        try
        {
            await question(url);
            return null;
        }
        catch (ServiceRefusal e)
        {
            return $"{instance} refused: {e.Message} {string.Join(' ', (e.Problem.Errors ?? []).Select(p => $"{p.Field}: {p.Problem}"))}".TrimEnd();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return $"{instance} did not answer: {e.Message}";
        }
    }
}

/// <param name="Done">Instances that did it.</param>
/// <param name="Problems">What the others said, if anything.</param>
public sealed record SwitchResult(int Done, IReadOnlyList<string> Problems);
