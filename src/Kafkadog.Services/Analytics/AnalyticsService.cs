using Kafkadog.Contracts;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Services.Analytics;

/// <summary>Counts what is ordered, completed and looked at, by product and by time.</summary>
public static class AnalyticsService
{
    public static WebApplicationBuilder AddAnalyticsService(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults(ServiceIdentity.Analytics)
            .AddSchema(AnalyticsStore.Schema)
            .AddConsumer<AnalyticsHandler>(Groups.Analytics, Topics.Orders, Topics.Outcomes, Topics.PageViews);
        builder.Services.AddValidatedOptions<AnalyticsOptions>(AnalyticsOptions.Section);
        builder.Services.AddSingleton<Snapshots>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Snapshots>());
        return builder;
    }

    public static WebApplication MapAnalyticsService(this WebApplication app)
    {
        app.MapServiceDefaults();
        app.MapGet("/metrics/analytics", AnalyticsApi.TopAsync).WithSummary("Best sellers: ?period, ?limit 1 to 100, ?basis placed or completed");
        app.MapGet("/metrics/products", AnalyticsApi.ProductsAsync).WithSummary("All-time numbers by product");
        app.MapGet("/metrics/pageviews", AnalyticsApi.PageViewsAsync).WithSummary("Views by page: ?period");
        app.MapGet("/metrics/snapshot", AnalyticsApi.LastSnapshotAsync).WithSummary("The last published snapshot of each period");
        app.MapPost("/metrics/snapshot", AnalyticsApi.PublishSnapshotAsync).WithSummary("Publishes a snapshot of each period now");
        return app;
    }
}
