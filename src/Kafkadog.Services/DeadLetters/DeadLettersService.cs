using Kafkadog.Contracts;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kafkadog.Services.DeadLetters;

/// <summary>The retry/DLQ worker: shows what failed and how often it was tried. The retries themselves run in each service.</summary>
public static class DeadLettersService
{
    public static WebApplicationBuilder AddDeadLettersService(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults(ServiceIdentity.DeadLetters)
            .AddSchema(DeadLetterTables.Schema)
            .AddConsumer<DeadLetterHandler>(Groups.DeadLetterIndexer, Topics.DeadLetters, Topics.Retry);
        builder.Services.AddHostedService<DeadLetterRetention>();
        builder.Services.AddDatabaseGauge(
            "kafkadog.dlq.open",
            "target",
            "SELECT target, COUNT(*) FROM letters WHERE status IN ('OPEN', 'FAILED_AGAIN') GROUP BY target",
            "Dead letters nobody has dealt with");
        return builder;
    }

    public static WebApplication MapDeadLettersService(this WebApplication app)
    {
        app.MapServiceDefaults();
        app.MapGet("/metrics/dlq", DeadLetterMetrics.ReadAsync).WithSummary("Dead letters in numbers");
        app.MapDeadLetters();
        return app;
    }
}
