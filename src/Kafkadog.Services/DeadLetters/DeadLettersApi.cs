using System.Globalization;
using System.Text;
using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kafkadog.Services.DeadLetters;

/// <summary>The dead letters themselves: page by page, one in full, grouped by cause, over time.</summary>
internal static class DeadLettersApi
{
    private const int MaxPage = 500;

    private static readonly string[] Kinds = ["poison", "permanent", "exhausted"];

    public static void MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        var letters = routes.MapGroup("/dlq");
        letters.MapGet("", PageAsync)
            .WithSummary("Dead letters, newest first: ?status, ?target, ?fingerprint, ?kind, ?orderId, ?limit up to 500, ?cursor").ProducesProblem(400);
        letters.MapGet("/fingerprints", DeadLetterNumbers.ByCauseAsync).WithSummary("Dead letters grouped by their cause, the most frequent first");
        letters.MapGet("/timeline", DeadLetterNumbers.TimelineAsync).WithSummary("Dead letters and retries by minute: ?minutes up to 1440").ProducesProblem(400);
        letters.MapGet("/{id:guid}", OneAsync).WithSummary("One dead letter: body, headers, the original's bytes, history").ProducesProblem(404);
    }

    private static async Task<IResult> PageAsync(
        IDatabase database,
        CancellationToken cancellationToken,
        string? status = null,
        string? target = null,
        string? fingerprint = null,
        string? kind = null,
        string? orderId = null,
        int limit = 50,
        string? cursor = null)
    {
        var problems = new Problems();
        problems.Require(limit is >= 1 and <= MaxPage, "limit", $"must be from 1 to {MaxPage}");
        problems.Require(status is null || DeadLetterStatus.All.Contains(status), "status", $"must be one of: {string.Join(", ", DeadLetterStatus.All)}");
        problems.Require(kind is null || Kinds.Contains(kind), "kind", $"must be one of: {string.Join(", ", Kinds)}");
        var after = Cursor.Parse(cursor);
        problems.Require(cursor is null || after is not null, "cursor", "must be the nextCursor of the page before");
        if (problems.Any)
        {
            return ProblemAnswers.Problem(400, "The question is not valid.", "Correct the parameters listed in errors and ask again.", problems.Found);
        }

        (string Column, string Name, object? Value)[] filters =
        [
            ("status", "status", status), ("target", "target", target), ("fingerprint", "fingerprint", fingerprint), ("kind", "kind", kind), ("order_id", "order", orderId),
        ];
        var set = filters.Where(f => f.Value is not null).ToList();
        List<string> conditions = [.. set.Select(f => $"{f.Column} = @{f.Name}")];
        List<(string, object?)> values = [.. set.Select(f => (f.Name, f.Value))];
        if (after is { } last)
        {
            conditions.Add("(failed_at < @at OR (failed_at = @at AND dlq_id < @id))");
            values.AddRange([("at", last.FailedAt), ("id", last.Id)]);
        }

        var rows = await database.QueryAsync(
            $"""
            SELECT {LetterAnswer.Columns} FROM letters {(conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions))}
            ORDER BY failed_at DESC, dlq_id DESC LIMIT @limit
            """,
            LetterAnswer.Read,
            [.. values, ("limit", limit + 1)],
            cancellationToken);
        var page = rows.Take(limit).ToList();
        return TypedResults.Ok(new PageAnswer(page, rows.Count > limit ? new Cursor(page[^1].FailedAt, page[^1].DlqId).ToString() : null));
    }

    private static async Task<IResult> OneAsync(Guid id, IDatabase database, CancellationToken cancellationToken)
    {
        var found = await database.QueryAsync(
            $"SELECT {LetterAnswer.Columns}, headers, value FROM letters WHERE dlq_id = @id",
            r => (Letter: LetterAnswer.Read(r), Headers: r.GetString(LetterAnswer.ColumnCount), Value: r.GetBytes(LetterAnswer.ColumnCount + 1)),
            [("id", id)],
            cancellationToken);
        if (found is not [var (letter, headers, value)])
        {
            return ProblemAnswers.Problem(404, "There is no such dead letter.", "GET /dlq lists them; one that was written just now may not have been read yet.");
        }

        var original = EventParser.Parse(Topics.DeadLetters, null, null, value) is ParseResult.Event { Envelope.Data: OrderDLQ { OriginalEvent: var embedded } }
            ? ShopFailureEnvelopes.Unwrap(embedded)
            : null;
        return TypedResults.Ok(new FullLetterAnswer(letter)
        {
            Headers = JsonSerializer.Deserialize<IReadOnlyList<HeaderText>>(headers, JsonSerializerOptions.Web)!,
            Body = AsJson(value),
            OriginalEvent = original is null ? null : AsJson(original),
            OriginalText = original is null ? null : Printable(original),
            OriginalBase64 = original,
            History = await DeadLetterHistory.ReadAsync(database, letter, cancellationToken),
        });
    }

    private static JsonElement? AsJson(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes);
        try
        {
            return JsonDocument.TryParseValue(ref reader, out var document) && reader.BytesConsumed == bytes.Length ? document.RootElement : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Printable(byte[] bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes);
        return text.All(c => !char.IsControl(c) || c is '\t' or '\r' or '\n') ? text : null;
    }

    /// <summary>The place between two pages.</summary>
    private readonly record struct Cursor(DateTimeOffset FailedAt, Guid Id)
    {
        public static Cursor? Parse(string? text) =>
            text?.Split('_') is [var at, var id]
            && long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms < 253_402_300_800_000
            && Guid.TryParseExact(id, "N", out var guid)
                ? new(DateTimeOffset.FromUnixTimeMilliseconds(ms), guid)
                : null;

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{FailedAt.ToUnixTimeMilliseconds()}_{Id:N}");
    }

    private sealed record PageAnswer(IReadOnlyList<LetterAnswer> Letters, string? NextCursor);
}
