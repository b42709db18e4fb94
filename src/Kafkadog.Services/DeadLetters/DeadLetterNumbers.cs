using Kafkadog.Messaging;
using Kafkadog.Services.Shared;
using Microsoft.AspNetCore.Http;

namespace Kafkadog.Services.DeadLetters;

/// <summary>Dead letters counted by their cause, and by the minute.</summary>
internal static class DeadLetterNumbers
{
    private const int MaxCauses = 200;
    private const int MaxMinutes = 1440;
    private const long MinuteMs = 60_000;

    public static async Task<IResult> ByCauseAsync(IDatabase database, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync(
            """
            SELECT fingerprint, target, error_class, MAX(error_message), status, kind, COUNT(*), MIN(first_failed_at), MAX(failed_at)
            FROM letters GROUP BY fingerprint, target, error_class, status, kind
            """,
            r => (
                Cause: (Fingerprint: r.GetString(0), Target: r.GetString(1), ErrorClass: r.GetString(2)), Message: r.GetString(3),
                Status: r.GetString(4), Kind: r.GetString(5), Count: r.GetInt64(6), First: r.Time(7), Last: r.Time(8)),
            [],
            cancellationToken);
        return TypedResults.Ok(rows
            .GroupBy(r => r.Cause)
            .Select(cause => new CauseAnswer(
                cause.Key.Fingerprint,
                cause.Key.ErrorClass,
                cause.First().Message,
                cause.Key.Target,
                cause.Sum(r => r.Count),
                cause.Min(r => r.First),
                cause.Max(r => r.Last),
                Sums(cause.Select(r => (r.Status, r.Count))),
                Sums(cause.Select(r => (r.Kind, r.Count)))))
            .OrderByDescending(c => c.Count).ThenByDescending(c => c.LastSeen)
            .Take(MaxCauses)
            .ToList());
    }

    public static async Task<IResult> TimelineAsync(IDatabase database, TimeProvider time, CancellationToken cancellationToken, int minutes = 60)
    {
        if (minutes is < 1 or > MaxMinutes)
        {
            return ProblemAnswers.Problem(400, "minutes is out of range.", $"Use a number from 1 to {MaxMinutes}.");
        }

        var last = time.GetUtcNow().ToUnixTimeMilliseconds() / MinuteMs;
        var first = last - minutes + 1;
        var rows = await database.QueryAsync(
            """
            SELECT failed_at / 60000, kind, COUNT(*) FROM letters WHERE failed_at >= @from GROUP BY failed_at / 60000, kind
            UNION ALL
            SELECT recorded_at / 60000, 'retry', COUNT(*) FROM letter_attempts WHERE recorded_at >= @from GROUP BY recorded_at / 60000
            """,
            r => (Minute: r.GetInt64(0), Kind: r.GetString(1), Count: r.GetInt64(2)),
            [("from", first * MinuteMs)],
            cancellationToken);
        var counts = rows.ToDictionary(r => (r.Minute, r.Kind), r => r.Count);
        long Of(long minute, string kind) => counts.GetValueOrDefault((minute, kind));
        return TypedResults.Ok(new TimelineAnswer(
            minutes,
            Start(first),
            Start(last + 1),
            [.. Enumerable.Range(0, minutes).Select(i => first + i).Select(minute => new BucketAnswer(
                Start(minute), Of(minute, "poison"), Of(minute, "permanent"), Of(minute, "exhausted"), Of(minute, "retry")))]));
    }

    private static DateTimeOffset Start(long minute) => DateTimeOffset.FromUnixTimeMilliseconds(minute * MinuteMs);

    private static Dictionary<string, long> Sums(IEnumerable<(string Name, long Count)> counts) =>
        counts.GroupBy(c => c.Name).ToDictionary(g => g.Key, g => g.Sum(c => c.Count), StringComparer.Ordinal);

    /// <param name="Message">That of one of the letters.</param>
    private sealed record CauseAnswer(
        string Fingerprint,
        string ErrorClass,
        string Message,
        string Target,
        long Count,
        DateTimeOffset FirstSeen,
        DateTimeOffset LastSeen,
        Dictionary<string, long> Statuses,
        Dictionary<string, long> Kinds);

    private sealed record TimelineAnswer(int Minutes, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<BucketAnswer> Buckets);

    private sealed record BucketAnswer(DateTimeOffset At, long Poison, long Permanent, long Exhausted, long Retries);
}
