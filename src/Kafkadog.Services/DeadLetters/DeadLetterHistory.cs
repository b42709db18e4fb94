using Kafkadog.Contracts;
using Kafkadog.Messaging;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.DeadLetters;

/// <summary>One step on the way to a dead letter, and beyond it.</summary>
/// <param name="What"><c>retry-scheduled</c> or <c>dead-lettered</c>.</param>
/// <param name="Attempt">The delayed attempt that is due, or the last one made.</param>
internal sealed record HistoryAnswer(DateTimeOffset At, string What, long Attempt, DateTimeOffset? DueAt, string Error, PlaceAnswer Record);

/// <summary>What one group did with one record, from the first failure on.</summary>
internal static class DeadLetterHistory
{
    private const int MaxSteps = 500;

    public static async Task<IReadOnlyList<HistoryAnswer>> ReadAsync(IDatabase database, LetterAnswer letter, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            """
            SELECT recorded_at, 'retry-scheduled', retry_count, due_at, error, record_partition, record_offset FROM letter_attempts
            WHERE source_topic = @topic AND source_partition = @partition AND source_offset = @offset AND target = @target
            UNION ALL
            SELECT failed_at, 'dead-lettered', retries, NULL, error_message, record_partition, record_offset FROM letters
            WHERE source_topic = @topic AND source_partition = @partition AND source_offset = @offset AND target = @target
            ORDER BY 1, 3 LIMIT @limit
            """,
            r => new HistoryAnswer(
                r.Time(0), r.GetString(1), r.GetInt64(2), r.OptionalTime(3), r.GetString(4),
                new(r.GetString(1) == "dead-lettered" ? Topics.DeadLetters : Topics.Retry, (int)r.GetInt64(5), r.GetInt64(6))),
            [
                ("topic", letter.Original.Topic), ("partition", letter.Original.Partition), ("offset", letter.Original.Offset),
                ("target", letter.Target), ("limit", MaxSteps),
            ],
            cancellationToken);
}
