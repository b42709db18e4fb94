using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Confluent.Kafka;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Kafkadog.Services.Gateway;

/// <summary>Server-sent events: every record of the business topics as it is appended.</summary>
internal static class LiveApi
{
    public static void MapLiveEvents(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/events", EventsAsync).WithSummary("Server-sent events: every record as it is appended");

    private static async Task<IResult> EventsAsync(
        HttpContext http, LiveEvents live, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        Channel<LiveRecord>? client;
        try
        {
            client = await live.SubscribeAsync(cancellationToken);
        }
        catch (KafkaException e)
        {
            return ProblemAnswers.Problem(
                503, "Kafka does not answer.", $"Check the broker (KAFKA_BROKERS) and connect again. It said: {e.Error.Reason}");
        }

        if (client is null)
        {
            http.Response.Headers.RetryAfter = "10";
            return ProblemAnswers.Problem(503, "Too many clients watch the live events.", "Close one, or raise Gateway:MaxLiveClients.");
        }

        http.Response.OnCompleted(() => live.UnsubscribeAsync(client));
        return TypedResults.ServerSentEvents(ReadAsync(client, lifetime.ApplicationStopping, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<string>> ReadAsync(
        Channel<LiveRecord> client, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);

        // The first bytes tell the client that it is connected, so that whatever it does next is seen.
        yield return new("{}", "connected");

        while (await HasMoreAsync(client.Reader, either.Token))
        {
            while (client.Reader.TryRead(out var record))
            {
                yield return new(record.Json, "record") { EventId = record.Id };
            }
        }

        if (!either.IsCancellationRequested)
        {
            yield return new("{\"reason\":\"too slow\"}", "disconnected");
        }
    }

    private static async ValueTask<bool> HasMoreAsync(ChannelReader<LiveRecord> reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.WaitToReadAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
