using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Scalar.AspNetCore;

namespace Kafkadog.Services.Shared;

/// <summary>What every service has: settings, health, metrics, logs, an API page, and errors that help.</summary>
internal static class ServiceDefaults
{
    public static MessagingBuilder AddServiceDefaults(this WebApplicationBuilder builder, ServiceIdentity service)
    {
        builder.AddServiceConfiguration(service);
        var services = builder.Services;
        services.AddSingleton(service);
        services.TryAddSingleton(TimeProvider.System);

        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(o => o.FormatterName = JsonLinesFormatter.FormatName);
        builder.Logging.AddConsoleFormatter<JsonLinesFormatter, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>();

        builder.AddHttp();
        builder.AddTelemetry(service);
        return builder.AddMessaging()
            .UseReader<ShopEventReader>()
            .UseFailureEnvelopes<ShopFailureEnvelopes>();
    }

    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            StatusCodeSelector = e => e is DatabaseUnavailableException ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
            // The writer has told, once.
            SuppressDiagnosticsCallback = context => context.Exception is DatabaseUnavailableException,
        });
        app.UseStatusCodePages();
        app.UseHostFiltering();

        app.MapOpenApi();
        app.MapScalarApiReference(o => o.DisableDefaultFonts());
        app.MapPrometheusScrapingEndpoint("/metrics");
        app.MapGet("/health", (ServiceIdentity service, TimeProvider time) => TypedResults.Ok(
            new HealthAnswer("up", service.Name, Utc.Text(time.GetUtcNow()), $"{service.Name} is running")))
            .WithSummary("The process answers");
        app.MapMessaging();
        app.MapChaos();
        return app;
    }

    private static void AddHttp(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<HttpOptions>(HttpOptions.Section);
        var http = builder.Configuration.GetSection(HttpOptions.Section).Get<HttpOptions>()!;
        if (!IPAddress.TryParse(http.BindAddress, out var address))
        {
            throw new InvalidOperationException($"Http:BindAddress is '{http.BindAddress}'; it must be an IP address, such as 127.0.0.1.");
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, http.Port));
        services.Configure<HostFilteringOptions>(o =>
        {
            o.AllowedHosts = http.AllowedHosts.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            o.AllowEmptyHosts = false;
        });

        services.AddOpenApi();
        services.AddProblemDetails(o => o.CustomizeProblemDetails = ProblemAnswers.Explain);
        services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.Converters.Add(new UtcJsonConverter());
            o.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            o.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            o.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            o.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        });
    }

    private static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity service)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(r => OpenTelemetry.Resources.ResourceBuilderExtensions.AddService(r, service.Name))
            .WithMetrics(m => m
                .AddAspNetCoreInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Kafkadog.*")
                .AddPrometheusExporter());

        // The standard variable switches the standard exporter on; without it nothing leaves the machine.
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            telemetry
                .WithTracing(t => t.AddAspNetCoreInstrumentation().AddSource("Kafkadog.*"))
                .UseOtlpExporter();
        }
    }

    internal sealed record HealthAnswer(string Status, string Service, string Timestamp, string Message);
}
