using Kafkadog.Dashboard;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Supervision;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Hosting;

/// <summary>The dashboard as a process of its own.</summary>
internal static class DashboardHost
{
    /// <summary>What every role is told under one name, and the dashboard's own settings for it.</summary>
    private static readonly (string Common, string Own)[] Aliases =
    [
        ("PORT", "Dashboard:Port"),
        ("Http:Port", "Dashboard:Port"),
        ("Http:BindAddress", "Dashboard:BindAddress"),
        ("Http:AllowedHosts", "Dashboard:AllowedHosts"),
        ("KAFKA_BROKERS", "Dashboard:BootstrapServers"),
        ("Messaging:BootstrapServers", "Dashboard:BootstrapServers"),
    ];

    public static IHost Build(RoleSettings settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = settings.ToConfiguration(),
            ContentRootPath = AppContext.BaseDirectory,
        });
        AddAliases(builder.Configuration);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).LeaveStartToCaller();
        var data = new DataDirectory(settings.DataDirectory);
        if (StopSignals.IsSupervised)
        {
            builder.Services.AddSingleton<IInstanceControl>(_ => new SupervisorControl(data));
        }

        // Beside a program that was built but not published, the manifest says where its scripts and styles are; without this they would
        // be answered with 200 and nothing in it. A published folder has them in wwwroot.
        if (File.Exists(Path.Combine(AppContext.BaseDirectory, "kafkadog.staticwebassets.runtime.json")))
        {
            builder.WebHost.UseStaticWebAssets();
        }

        builder.Services.AddHostedService(_ => new StartsAfterKafka());
        builder.AddDashboard();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build().MapDashboard();
    }

    /// <summary>Holds up what is registered after it: the dashboard looks at Kafka from its first moment on.</summary>
    private sealed class StartsAfterKafka : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => StopSignals.KafkaIsThere.WaitAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static void AddAliases(ConfigurationManager configuration)
    {
        var own = Aliases
            .Where(a => configuration[a.Common] is { Length: > 0 } && configuration[a.Own] is null)
            .Select(a => KeyValuePair.Create(a.Own, configuration[a.Common]))
            .Concat(configuration.GetSection("Messaging:Client").GetChildren().Select(c => KeyValuePair.Create($"Dashboard:Client:{c.Key}", c.Value)))
            .GroupBy(a => a.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(a => a.Key, a => a.Last().Value, StringComparer.OrdinalIgnoreCase);
        configuration.AddInMemoryCollection(own);
    }
}
