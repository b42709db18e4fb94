using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Kafkadog.Messaging.Diagnostics;

/// <summary>The journal for readers: a page of it, or everything as it happens.</summary>
internal static class JournalEndpoints
{
    private const int DefaultLength = 200;
    private const int MaxLength = 2000;
    private const int MaxStreams = 16;
    private const int Chunk = 100;

    public static void MapJournal(this IEndpointRouteBuilder endpoints)
    {
        var streams = new SemaphoreSlim(MaxStreams);
        endpoints.MapGet("/journal", Read)
            .WithSummary("Deliveries, sent records and rebalances: the newest first, or with ?after those that follow it; ?limit, ?start");
        endpoints.MapGet(
            "/journal/stream",
            (HttpContext http, DeliveryJournal journal, MessagingOptions options, IOptions<JsonOptions> json, IHostApplicationLifetime lifetime, long? after, Guid? start) =>
                Stream(http, streams, journal, options, json.Value.SerializerOptions, after, start, lifetime.ApplicationStopping))
            .WithSummary("Server-sent events: the journal as it happens, from ?after or Last-Event-ID on");
    }

    private static Results<Ok<JournalPage>, ProblemHttpResult> Read(
        DeliveryJournal journal, MessagingOptions options, long? after, Guid? start, int limit = DefaultLength)
    {
        if (limit is < 1 or > MaxLength)
            return TypedResults.Problem("Use a limit from 1 to 2000.", statusCode: StatusCodes.Status400BadRequest, title: "limit is out of range.");

        var entries = after is { } sequence ? journal.After(IsOther(journal, start) ? 0 : sequence, limit) : journal.Newest(limit);
        return TypedResults.Ok(Page(journal, options) with { Entries = [.. entries.Select(entry => JournalLine.Of(entry, options.InstanceId))] });
    }

    private static IResult Stream(
        HttpContext http, SemaphoreSlim streams, DeliveryJournal journal, MessagingOptions options, JsonSerializerOptions json,
        long? after, Guid? start, CancellationToken stopping)
    {
        if (!streams.Wait(0, CancellationToken.None))
        {
            http.Response.Headers.RetryAfter = "10";
            return TypedResults.Problem(
                "Close one of them, or read GET /journal?after= from time to time.",
                statusCode: StatusCodes.Status503ServiceUnavailable, title: $"{MaxStreams} clients follow the journal already.");
        }

        http.Response.OnCompleted(() =>
        {
            streams.Release();
            return Task.CompletedTask;
        });
        if (long.TryParse(http.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            after = last;

        var from = after is not { } sequence ? journal.Latest : IsOther(journal, start) || sequence > journal.Latest ? 0 : sequence;
        return TypedResults.ServerSentEvents(FollowAsync(journal, options, json, from, stopping, http.RequestAborted));
    }

    /// <summary>No buffer of its own: it reads the ring at the pace of its client.</summary>
    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        DeliveryJournal journal, MessagingOptions options, JsonSerializerOptions json, long last, CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken aborted)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, aborted);
        yield return new(JsonSerializer.Serialize(Page(journal, options), json), "connected");

        while (await HasMoreAsync(journal, last, either.Token))
        {
            foreach (var entry in journal.After(last, Chunk))
            {
                if (entry.Sequence > last + 1)
                    yield return new(JsonSerializer.Serialize(new Gap(last + 1, entry.Sequence - 1), json), "gap");

                last = entry.Sequence;
                yield return new(JsonSerializer.Serialize(JournalLine.Of(entry, options.InstanceId), json), "entry")
                {
                    EventId = last.ToString(CultureInfo.InvariantCulture),
                };
            }
        }
    }

    private static async ValueTask<bool> HasMoreAsync(DeliveryJournal journal, long last, CancellationToken cancellationToken)
    {
        try
        {
            await journal.WaitAfterAsync(last, cancellationToken);
            return !cancellationToken.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static bool IsOther(DeliveryJournal journal, Guid? start) => start is { } wanted && wanted != journal.Start;

    private static JournalPage Page(DeliveryJournal journal, MessagingOptions options) =>
        new(journal.Start, journal.StartedAt, options.ServiceName, options.InstanceId, journal.Oldest, journal.Latest);

    /// <summary>What passed out of the ring before the client took it.</summary>
    private sealed record Gap(long From, long To);
}
