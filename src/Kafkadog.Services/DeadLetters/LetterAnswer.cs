using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.DeadLetters;

/// <summary>A place in the log.</summary>
internal sealed record PlaceAnswer(string Topic, int Partition, long Offset);

/// <summary>A dead letter in a list.</summary>
/// <param name="Original">The record that failed first.</param>
/// <param name="Record">The dead letter's own.</param>
internal record LetterAnswer(
    Guid DlqId,
    string Status,
    string Kind,
    string Stage,
    string Target,
    string Service,
    string ErrorClass,
    string ErrorMessage,
    string Fingerprint,
    string? EventId,
    string? EventType,
    string? OrderId,
    Guid CorrelationId,
    PlaceAnswer Original,
    PlaceAnswer Record,
    int Retries,
    int Redrives,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset FailedAt)
{
    public const int ColumnCount = 22;

    public const string Columns = """
        dlq_id, status, kind, stage, target, service, error_class, error_message, fingerprint, event_id, event_type, order_id, correlation_id,
        source_topic, source_partition, source_offset, record_partition, record_offset, retries, redrives, first_failed_at, failed_at
        """;

    public static LetterAnswer Read(SqlRow r) => new(
        r.Id(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5), r.GetString(6), r.GetString(7), r.GetString(8),
        r.Text(9), r.Text(10), r.Text(11), r.Id(12),
        new(r.GetString(13), (int)r.GetInt64(14), r.GetInt64(15)),
        new(Topics.DeadLetters, (int)r.GetInt64(16), r.GetInt64(17)),
        (int)r.GetInt64(18), (int)r.GetInt64(19), r.Time(20), r.Time(21));
}

/// <summary>A dead letter in full.</summary>
internal sealed record FullLetterAnswer : LetterAnswer
{
    public FullLetterAnswer(LetterAnswer letter)
        : base(letter)
    {
    }

    public required IReadOnlyList<HeaderText> Headers { get; init; }

    /// <summary>The dead letter's own value.</summary>
    public required JsonElement? Body { get; init; }

    /// <summary>The original's value when it is JSON.</summary>
    public required JsonElement? OriginalEvent { get; init; }

    /// <summary>The original's value when it is text that can be shown.</summary>
    public required string? OriginalText { get; init; }

    /// <summary>The original's value, byte by byte; null for a tombstone and for one that was too large to keep.</summary>
    public required byte[]? OriginalBase64 { get; init; }

    public required IReadOnlyList<HistoryAnswer> History { get; init; }
}
