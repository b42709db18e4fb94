using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace Kafkadog.Hosting;

/// <summary>
/// <c>GET /metrics</c> of a broker's process, made as the services make theirs: by OpenTelemetry's exporter for Prometheus. It has a port
/// of its own, because the broker's speaks Kafka.
/// </summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    /// <summary>Who scrapes meets a figure at most this old.</summary>
    private const int CacheMilliseconds = 300;

    private readonly WebApplication app;

    private MetricsEndpoint(WebApplication app) => this.app = app;

    /// <summary>Where it answers.</summary>
    public string Url => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/metrics";

    /// <param name="address">Where it listens.</param>
    /// <param name="port">0 takes a free one.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<MetricsEndpoint> StartAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(address, port));
        builder.Services.AddRoutingCore();
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Kafkadog.Broker", "System.Runtime")
            .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = CacheMilliseconds));
        var web = builder.Build();
        web.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch
        {
            await web.DisposeAsync();
            throw;
        }

        return new MetricsEndpoint(web);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
