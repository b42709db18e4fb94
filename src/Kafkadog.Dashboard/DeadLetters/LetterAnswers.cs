using System.Text.Json;

namespace Kafkadog.Dashboard.DeadLetters;

/// <summary><c>GET /metrics/dlq</c> of dlq-worker.</summary>
public sealed record LetterNumbers(
    long Total, long Open, long Redriven, long OldestOpenAgeSeconds, IReadOnlyDictionary<string, long> ByTarget, long Last24h, RetryNumbers Retry);

/// <param name="Scheduled">Attempts whose time has not come.</param>
public sealed record RetryNumbers(long Scheduled, long AttemptsTotal);

/// <summary><c>GET /dlq</c>.</summary>
public sealed record LetterPageAnswer(IReadOnlyList<Letter> Letters, string? NextCursor);

public sealed record LetterPlace(string Topic, int Partition, long Offset);

/// <param name="Original">The record that failed first.</param>
/// <param name="Record">The dead letter's own.</param>
/// <param name="OrderId">The dead letter's key, which is the order's id where it is one.</param>
public record Letter(
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
    LetterPlace Original,
    LetterPlace Record,
    int Retries,
    int Redrives,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset FailedAt)
{
    public Guid? Order => Guid.TryParseExact(OrderId, "D", out var id) ? id : null;
}

/// <summary><c>GET /dlq/{id}</c>.</summary>
/// <param name="Body">The dead letter's own value.</param>
/// <param name="OriginalText">The original's value when it is text that can be shown.</param>
/// <param name="OriginalBase64">The original's bytes; null for a tombstone and for one that was too large to keep.</param>
public sealed record FullLetter(
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
    LetterPlace Original,
    LetterPlace Record,
    int Retries,
    int Redrives,
    DateTimeOffset FirstFailedAt,
    DateTimeOffset FailedAt,
    IReadOnlyList<LetterHeader> Headers,
    JsonElement? Body,
    string? OriginalText,
    ReadOnlyMemory<byte>? OriginalBase64,
    IReadOnlyList<LetterStep> History)
    : Letter(
        DlqId, Status, Kind, Stage, Target, Service, ErrorClass, ErrorMessage, Fingerprint, EventId, EventType, OrderId, Original, Record,
        Retries, Redrives, FirstFailedAt, FailedAt);

public sealed record LetterHeader(string Key, string? Value);

/// <param name="What"><c>retry-scheduled</c> or <c>dead-lettered</c>.</param>
public sealed record LetterStep(DateTimeOffset At, string What, long Attempt, DateTimeOffset? DueAt, string Error, LetterPlace Record);

/// <summary>One of <c>GET /dlq/fingerprints</c>.</summary>
public sealed record LetterCause(
    string Fingerprint,
    string ErrorClass,
    string Message,
    string Target,
    long Count,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    IReadOnlyDictionary<string, long> Kinds,
    IReadOnlyDictionary<string, long> Statuses);

/// <summary><c>GET /dlq/timeline</c>.</summary>
public sealed record LetterTimeline(IReadOnlyList<LetterMinute> Buckets)
{
    public bool IsEmpty => Buckets.All(b => b is { Poison: 0, Permanent: 0, Exhausted: 0, Retries: 0 });
}

public sealed record LetterMinute(DateTimeOffset At, long Poison, long Permanent, long Exhausted, long Retries);
