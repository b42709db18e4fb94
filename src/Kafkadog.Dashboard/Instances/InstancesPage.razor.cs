using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Instances;

/// <summary>What is open is in the address: the lines of an instance, the commands of a service.</summary>
public sealed partial class InstancesPage
{
    private readonly CancellationTokenSource left = new();

    [Inject]
    internal IInstanceControl Control { get; set; } = null!;

    [Inject]
    internal InstanceWatch Watch { get; set; } = null!;

    [Inject]
    internal ToastQueue Toasts { get; set; } = null!;

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    [SupplyParameterFromQuery(Name = "log")]
    public string? LogOf { get; set; }

    [SupplyParameterFromQuery(Name = "commands")]
    public string? CommandsOf { get; set; }

    /// <summary>What compose.yaml runs beside the dashboard: Kafka, and every service.</summary>
    private IReadOnlyList<string> ComposeRoles => ["broker", .. View?.Roles.Select(r => r.Role).Where(r => r is not ("broker" or "dashboard" or "console")) ?? []];

    public override InstancesView MakeView(Observed observed, Moment moment) => InstancesView.Of(observed, moment);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            left.Cancel();
            left.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task ChangeAsync((string Instance, string Verb, string Done) action) =>
        DoAsync(c => Control.ChangeAsync(action.Instance, action.Verb, c), action.Done);

    private Task AddAsync(string role) => DoAsync(c => Control.AddAsync(role, c), $"One more instance of {role} is ready.");

    private async Task DoAsync(Func<CancellationToken, Task> action, string done)
    {
        var whileHere = left.Token;
        try
        {
            await action(whileHere);
            Toasts.Add(ChipKind.Ok, done);
        }
        catch (InstanceControlException e)
        {
            Toasts.Add(ChipKind.Bad, e.Message);
        }
        catch (HttpRequestException e)
        {
            Toasts.Add(ChipKind.Bad, $"{e.Message}. Is `kafkadog up` still running?");
        }
        catch (OperationCanceledException) when (whileHere.IsCancellationRequested)
        {
            return; // The page was left meanwhile; what was asked for happens nevertheless.
        }

        if (!whileHere.IsCancellationRequested)
        {
            await Watch.LookAsync(whileHere);
            Make();
        }
    }

    private void ShowLog(string? instance) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("log", instance), replace: true);

    private void ShowCommands(string? role) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("commands", role), replace: true);
}
