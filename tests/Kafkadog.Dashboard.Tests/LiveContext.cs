using Kafkadog.Dashboard.Observing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Tests;

/// <summary>A circuit with an observation behind it, to which a test tells what happened.</summary>
public abstract class LiveContext : ComponentContext
{
    protected LiveContext()
    {
        Observation = new(Options.Create(new DashboardOptions()), Time);
        Services.AddSingleton(Observation);
        Services.AddSingleton(new LiveUpdates(Observation, Time));
        Services.AddScoped<Viewer>().AddScoped<Pulse>();
    }

    protected Observation Observation { get; }

    protected Viewer Viewer => Services.GetRequiredService<Viewer>();
}
