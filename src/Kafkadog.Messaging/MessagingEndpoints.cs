using System.Text.Json.Serialization;
using Kafkadog.Messaging.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Kafkadog.Messaging;

/// <summary>HTTP endpoints of the messaging layer.</summary>
public static class MessagingEndpoints
{
    /// <summary>
    /// Maps <c>/journal</c>, <c>/journal/stream</c>, <c>/health/live</c>, <c>/health/ready</c>, <c>/admin/consumers</c> and the switches
    /// <c>/admin/consumers/{group}/stop</c> and <c>/resume</c> that a replay needs.
    /// </summary>
    public static IEndpointRouteBuilder MapMessaging(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapJournal();
        endpoints.MapGet("/health/live", (IMessagingControl control) => Report(control.NotAliveBecause));
        endpoints.MapGet("/health/ready", (IMessagingControl control) => Report(control.NotReadyBecause));

        var consumers = endpoints.MapGroup("/admin/consumers");
        consumers.MapGet("", (IMessagingControl control) => control.Consumers);
        consumers.MapPost("{group}/stop", StopAsync);
        consumers.MapPost("{group}/resume", Resume);
        return endpoints;
    }

    private static JsonHttpResult<HealthReport> Report(IReadOnlyList<string> causes) => TypedResults.Json(
        new HealthReport(causes.Count == 0 ? "up" : "down", causes),
        HealthJson.Default.HealthReport,
        statusCode: causes.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<NoContent, NotFound>> StopAsync(
        string group, IMessagingControl control, CancellationToken cancellationToken)
    {
        if (!Has(control, group))
            return TypedResults.NotFound();

        await control.StopConsumingAsync(group, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Results<NoContent, NotFound> Resume(string group, IMessagingControl control)
    {
        if (!Has(control, group))
            return TypedResults.NotFound();

        control.ResumeConsuming(group);
        return TypedResults.NoContent();
    }

    private static bool Has(IMessagingControl control, string group) =>
        control.Consumers.Any(consumer => string.Equals(consumer.Group, group, StringComparison.Ordinal));

}

internal sealed record HealthReport(string Status, IReadOnlyList<string> Causes);

/// <summary>The first answer of every start, so it is written without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthReport))]
internal sealed partial class HealthJson : JsonSerializerContext;
