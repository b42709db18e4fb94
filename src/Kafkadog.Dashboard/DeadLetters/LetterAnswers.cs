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

/// <summary>One dead letter, as it is in a list.</summary>
public record Letter
{
    public required Guid DlqId { get; init; }

    public required string Status { get; init; }

    public required string Kind { get; init; }

    public required string Stage { get; init; }

    public required string Target { get; init; }

    public required string Service { get; init; }

    public required string ErrorClass { get; init; }

    public required string ErrorMessage { get; init; }

    public required string Fingerprint { get; init; }

    public string? EventId { get; init; }

    public string? EventType { get; init; }

    /// <summary>The dead letter's key, which is the order's id where it is one.</summary>
    public string? OrderId { get; init; }

    /// <summary>The record that failed first.</summary>
    public required LetterPlace Original { get; init; }

    /// <summary>The dead letter's own.</summary>
    public required LetterPlace Record { get; init; }

    public int Retries { get; init; }

    public int Redrives { get; init; }

    public required DateTimeOffset FirstFailedAt { get; init; }

    public required DateTimeOffset FailedAt { get; init; }

    public Guid? Order => Guid.TryParseExact(OrderId, "D", out var id) ? id : null;
}

/// <summary><c>GET /dlq/{id}</c>.</summary>
public sealed record FullLetter : Letter
{
    public required IReadOnlyList<LetterHeader> Headers { get; init; }

    /// <summary>The dead letter's own value.</summary>
    public JsonElement? Body { get; init; }

    /// <summary>The original's value when it is text that can be shown.</summary>
    public string? OriginalText { get; init; }

    /// <summary>The original's bytes; null for a tombstone and for one that was too large to keep.</summary>
    public ReadOnlyMemory<byte>? OriginalBase64 { get; init; }

    public required IReadOnlyList<LetterStep> History { get; init; }
}

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
