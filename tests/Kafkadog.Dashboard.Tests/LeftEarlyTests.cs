using Bunit;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Flow;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.JSInterop;

namespace Kafkadog.Dashboard.Tests;

/// <summary>Who is quick leaves a page before its scripts are there. Their elements are gone then, and a call about them would end the circuit.</summary>
public sealed class LeftEarlyTests : LiveContext
{
    private readonly LateScript script = new();

    public LeftEarlyTests() => Services.AddSingleton<IJSRuntime>(script);

    [Fact]
    public Task Drawer_that_was_closed_at_once_calls_no_script() => LeaveAsync<Drawer>(p => p.Add(d => d.Title, "x").Add(d => d.OnClose, () => { }));

    [Fact]
    public Task Chart_of_a_page_that_was_left_calls_no_script() => LeaveAsync<LineChart>(p => p
        .Add(c => c.Label, "Lag").Add(c => c.Series, [new ChartSeries("lag", 0)]).Add(c => c.Points, [new ChartPoint(Time.GetUtcNow(), [1])]));

    [Fact]
    public Task Tapes_of_a_page_that_was_left_call_no_script() => LeaveAsync<Tapes>(p => p.Add(t => t.Topics, ["orders.v1"]));

    private async Task LeaveAsync<T>(Action<ComponentParameterCollectionBuilder<T>> parameters)
        where T : IComponent
    {
        Render(parameters);
        await DisposeComponentsAsync();
        await Renderer.Dispatcher.InvokeAsync(script.Load);
        Assert.Empty(script.Calls);
        Assert.False(Renderer.UnhandledException.IsCompleted);
    }
}
