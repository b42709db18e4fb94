using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components.Server.Circuits;

namespace Kafkadog.Dashboard.Browser;

/// <summary>A circuit without its browser is kept for a while in case it comes back; until then no view is made for it.</summary>
internal sealed class ConnectionWatch(Viewer viewer) : CircuitHandler
{
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        viewer.SetConnected(false);
        return Task.CompletedTask;
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        viewer.SetConnected(true);
        return Task.CompletedTask;
    }
}
