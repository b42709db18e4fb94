using Kafkadog.Contracts;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Services.Gateway;

/// <summary>The shop's front door: takes orders, answers questions from its own read model.</summary>
public static class GatewayService
{
    private static readonly (string Path, string Summary)[] DeadLetterPaths =
    [
        ("/dlq", "Dead letters, newest first: ?status, ?target, ?fingerprint, ?kind, ?orderId, ?limit, ?cursor"),
        ("/dlq/fingerprints", "Dead letters grouped by their cause"),
        ("/dlq/timeline", "Dead letters and retries by minute: ?minutes"),
        ("/dlq/{id:guid}", "One dead letter in full"),
    ];

    public static WebApplicationBuilder AddGatewayService(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults(ServiceIdentity.Gateway)
            .AddSchema(OrderViewStore.Schema)
            .AddConsumer<ProjectionHandler>(
                Groups.GatewayProjection,
                Topics.Orders,
                Topics.Payments,
                Topics.Inventory,
                Topics.Outcomes,
                Topics.Retry,
                Topics.DeadLetters);
        var services = builder.Services;
        services.AddValidatedOptions<GatewayOptions>(GatewayOptions.Section);
        services.AddSingleton<OutcomeWaiters>();
        services.AddHostedService<OutcomesElsewhere>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<LiveEvents>();

        // Neighbours on this machine: a proxy of the environment has no business between them.
        services.AddHttpClient<OtherServices>()
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false });
        services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .SetIsOriginAllowed(origin => new Uri(origin).IsLoopback)
            .AllowAnyHeader()
            .AllowAnyMethod()
            .WithExposedHeaders("Location", "Link", HeaderNames.CorrelationId, "Idempotency-Replayed")));
        return builder;
    }

    public static WebApplication MapGatewayService(this WebApplication app)
    {
        app.MapServiceDefaults();
        app.UseCors();
        app.MapOrders();
        app.MapPageViews();
        app.MapLiveEvents();
        app.MapGet("/health/services", (OtherServices others, CancellationToken token) => others.HealthAsync(token))
            .WithSummary("Health of every service, as the gateway sees it");
        app.MapGet(
            "/analytics/metrics",
            (HttpRequest request, OtherServices others, CancellationToken token) =>
                others.ForwardAsync(ServiceIdentity.Analytics, "/metrics/analytics" + request.QueryString, token))
            .WithSummary("Best sellers: ?period, ?limit, ?basis");
        app.MapGet(
            "/metrics/dlq",
            (OtherServices others, CancellationToken token) => others.ForwardAsync(ServiceIdentity.DeadLetters, "/metrics/dlq", token))
            .WithSummary("Dead letters in numbers");
        foreach (var (path, summary) in DeadLetterPaths)
        {
            app.MapGet(
                path,
                (HttpRequest request, OtherServices others, CancellationToken token) =>
                    others.ForwardAsync(ServiceIdentity.DeadLetters, request.Path + request.QueryString, token))
                .WithSummary(summary);
        }

        return app;
    }
}
