using Bunit;
using Kafkadog.Dashboard.Browser;
using Kafkadog.Dashboard.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Dashboard.Tests;

/// <summary>What components find in a circuit: the time, the browser's facts and the options. Scripts answer nothing.</summary>
public abstract class ComponentContext : BunitContext
{
    protected const string Hostile = "<script>alert('x')</script>\" onmouseover=\"alert(1)";

    protected ComponentContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddScoped<BrowserSession>().AddScoped<ToastQueue>();
        Services.AddSingleton(Options.Create(new DashboardOptions { ConsoleUrl = "http://localhost:8080/" }));
    }

    /// <summary>Where the page is, and the way elsewhere.</summary>
    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 14, 2, 6, 118, TimeSpan.Zero));
}
