using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Http;

namespace Kafkadog.Services.DeadLetters;

/// <summary><c>GET /metrics/dlq</c>: numbers equal to a scan of the dead-letter topic.</summary>
internal static class DeadLetterMetrics
{
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
            r => (OldestOpen: r.OptionalTime(0), Last24h: r.IsDBNull(1) ? 0 : r.GetInt64(1)),
            [("yesterday", now.AddDays(-1))],
            cancellationToken);
        var retries = await database.QueryAsync(
            "SELECT COUNT(*), SUM(CASE WHEN due_at > @now THEN 1 ELSE 0 END) FROM letter_attempts",
            r => new RetryNumbers(r.IsDBNull(1) ? 0 : r.GetInt64(1), r.GetInt64(0)),
            [("now", now)],
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
    private sealed record RetryNumbers(long Scheduled, long AttemptsTotal);
}
