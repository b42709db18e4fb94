using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Http;

namespace Kafkadog.Services.DeadLetters;

/// <summary><c>GET /metrics/dlq</c>: numbers equal to a scan of the dead-letter topic.</summary>
internal static class DeadLetterMetrics
{
    /// <summary>An attempt that succeeds is written nowhere, so one whose end is not told for so long counts as made.</summary>
    public static readonly TimeSpan Untold = TimeSpan.FromSeconds(60);

    private const string SameFailure = "o.source_topic = a.source_topic AND o.source_partition = a.source_partition AND o.source_offset = a.source_offset AND o.target = a.target";

    private const string IsDue = $"""
        due_at <= @now AND due_at > @untold
        AND NOT EXISTS (SELECT 1 FROM letter_attempts o WHERE {SameFailure} AND o.due_at > a.due_at)
        AND NOT EXISTS (SELECT 1 FROM letters o WHERE {SameFailure} AND o.failed_at >= a.due_at)
        """;

    public static async Task<IResult> ReadAsync(IDatabase database, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var byStatus = await CountAsync(database, "status", cancellationToken);
        var ages = await database.QueryAsync(
            """
            SELECT MIN(CASE WHEN status IN ('OPEN', 'FAILED_AGAIN') THEN failed_at END),
                   SUM(CASE WHEN failed_at >= @yesterday THEN 1 ELSE 0 END)
            FROM letters
            """,
            r => (OldestOpen: r.OptionalTime(0), Last24h: Count(r, 1)),
            [("yesterday", now.AddDays(-1))],
            cancellationToken);
        var retries = await database.QueryAsync(
            $"""
            SELECT COUNT(*), SUM(CASE WHEN due_at > @now THEN 1 ELSE 0 END),
                   SUM(CASE WHEN {IsDue} THEN 1 ELSE 0 END), MIN(CASE WHEN {IsDue} THEN due_at END)
            FROM letter_attempts a
            """,
            r => new RetryNumbers(Count(r, 1), Count(r, 2), r.OptionalTime(3) is { } due ? (long)(now - due).TotalSeconds : 0, r.GetInt64(0)),
            [("now", now), ("untold", now - Untold)],
            cancellationToken);

        return TypedResults.Ok(new MetricsAnswer(
            byStatus.Values.Sum(),
            byStatus.GetValueOrDefault(DeadLetterStatus.Open) + byStatus.GetValueOrDefault(DeadLetterStatus.FailedAgain),
            byStatus.GetValueOrDefault(DeadLetterStatus.Redriven),
            byStatus.GetValueOrDefault(DeadLetterStatus.Discarded),
            ages[0].OldestOpen is { } oldest ? Math.Max(0, (long)(now - oldest).TotalSeconds) : 0,
            await CountAsync(database, "source_topic", cancellationToken),
            await CountAsync(database, "target", cancellationToken),
            await CountAsync(database, "error_class", cancellationToken),
            await CountAsync(database, "kind", cancellationToken),
            ages[0].Last24h,
            retries[0]));
    }

    // The sum of nothing is null.
    private static long Count(SqlRow r, int column) => r.IsDBNull(column) ? 0 : r.GetInt64(column);

    private static async Task<Dictionary<string, long>> CountAsync(IDatabase database, string column, CancellationToken cancellationToken) =>
        new(
            await database.QueryAsync(
                $"SELECT {column}, COUNT(*) AS letters FROM letters GROUP BY {column} ORDER BY letters DESC, {column} LIMIT 200",
                r => KeyValuePair.Create(r.GetString(0), r.GetInt64(1)),
                [],
                cancellationToken),
            StringComparer.Ordinal);

    private sealed record MetricsAnswer(
        long Total,
        long Open,
        long Redriven,
        long Discarded,
        long OldestOpenAgeSeconds,
        Dictionary<string, long> ByTopic,
        Dictionary<string, long> ByTarget,
        Dictionary<string, long> ByErrorClass,
        Dictionary<string, long> ByKind,
        long Last24h,
        RetryNumbers Retry);

    /// <param name="Scheduled">Attempts whose time has not come.</param>
    /// <param name="DueNow">Attempts whose time has come within the last minute, and whose end is not told: no later attempt, no dead letter.</param>
    /// <param name="OldestDueSeconds">How long the oldest of them is due; 0 when there is none.</param>
    private sealed record RetryNumbers(long Scheduled, long DueNow, long OldestDueSeconds, long AttemptsTotal);
}
