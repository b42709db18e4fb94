using System.Net;
using Kafkadog.Dashboard.Browser;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kafkadog.Dashboard;

/// <summary>The dashboard as a role of its own: it watches Kafka and the services from outside, as any client could.</summary>
public static class DashboardService
{
    public static WebApplicationBuilder AddDashboard(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DashboardOptions>().BindConfiguration(DashboardOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        var options = builder.Configuration.GetSection(DashboardOptions.Section).Get<DashboardOptions>() ?? new();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(options.BindAddress), options.Port));
        services.Configure<HostFilteringOptions>(o =>
        {
            o.AllowedHosts = options.AllowedHosts.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            o.AllowEmptyHosts = false;
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 16 }) { Timeout = TimeSpan.FromSeconds(5) });
        services.AddSingleton<ServiceApi>().AddSingleton<CreateOrder.GatewayClient>();
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<RecordReader>();
        services.AddSingleton<Observation>();
        services.AddSingleton<LiveUpdates>().AddHostedService(s => s.GetRequiredService<LiveUpdates>());
        services.AddSingleton<InstanceWatch>().AddHostedService(s => s.GetRequiredService<InstanceWatch>());
        services.AddSingleton<FaultWatch>().AddHostedService(s => s.GetRequiredService<FaultWatch>());
        services.AddSingleton<Instances.FaultSwitches>();
        services.AddHostedService<ServiceJournals>();
        services.AddHostedService<RecordTail>();
        services.AddHostedService<KafkaProbe>();
        services.AddHostedService<LagSampler>();
        services.TryAddSingleton<IInstanceControl, ServiceAddresses>();
        services.AddScoped<Viewer>().AddScoped<Pulse>().AddScoped<CreateOrder.BurstRun>();
        services.AddScoped<CircuitHandler, ConnectionWatch>();
        services.AddScoped<BrowserSession>().AddScoped<ToastQueue>();
        // Nothing that is protected outlives the process, so no keys are left behind on the disk.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        services.AddRazorComponents().AddInteractiveServerComponents();
        return builder;
    }

    public static WebApplication MapDashboard(this WebApplication app)
    {
        app.UseHostFiltering();
        app.UseContentSecurity();
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapGet("/health/ready", () => TypedResults.Ok());
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
