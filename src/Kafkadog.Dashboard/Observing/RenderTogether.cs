using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// Shows nothing; lends <see cref="Pulse"/> its render. What asks to be rendered while a component renders becomes part of the same
/// batch, and every batch is a frame to the browser and an answer from it.
/// </summary>
public sealed class RenderTogether(Pulse pulse) : IComponent
{
    public void Attach(RenderHandle renderHandle) => pulse.Batch = render => renderHandle.Render(_ => render());

    public Task SetParametersAsync(ParameterView parameters) => Task.CompletedTask;
}
