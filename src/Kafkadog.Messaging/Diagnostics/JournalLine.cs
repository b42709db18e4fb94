namespace Kafkadog.Messaging.Diagnostics;

/// <summary>A <see cref="JournalEntry"/> as it is told over HTTP; fields that do not belong to its kind are null.</summary>
/// <param name="Key">Null for a record without a key.</param>
/// <param name="ReceivedAt">Polled, or committed to the outbox.</param>
/// <param name="StartedAt">Handling began, or handed to the producer.</param>
/// <param name="FinishedAt">Durable, or acknowledged.</param>
internal sealed record JournalLine(
    long Sequence,
    string Kind,
    DateTimeOffset At,
    string InstanceId,
    string? Group,
    string? MemberId,
    int? Generation,
    string? Topic,
    int? Partition,
    long? Offset,
    string? Key,
    Guid? EventId,
    string? EventType,
    string? CorrelationId,
    int? Attempt,
    int? Tries,
    bool? Duplicate,
    string? Result,
    string? ErrorKind,
    string? ErrorClass,
    string? ErrorMessage,
    DateTimeOffset? ReceivedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    double? QueueMs,
    double? WorkMs,
    IReadOnlyList<JournalPartition>? Partitions)
{
    private const string TypeHeader = "x-event-type";
    private const string CorrelationHeader = "x-correlation-id";

    public static JournalLine Of(JournalEntry entry, string instanceId)
    {
        var isRebalance = entry.Partitions is not null;
        return new(
            entry.Sequence,
            entry.Kind,
            entry.At,
            instanceId,
            entry.Group,
            entry.MemberId,
            entry.Generation,
            entry.Topic,
            entry.Partition,
            entry.Offset,
            entry.Key is ['\0' or '\u0001', ..] ? null : entry.Key,
            entry.EventId,
            entry.EventType ?? entry.Headers?[TypeHeader],
            entry.CorrelationId?.ToString() ?? entry.Headers?[CorrelationHeader],
            entry.Attempt,
            entry.Tries,
            entry.Result is { } result ? result == DeliveryResult.Duplicate : null,
            Name(entry.Result),
            ErrorKindOf(entry),
            entry.Failure?.ErrorClass,
            entry.Failure?.Message,
            isRebalance ? null : entry.At - entry.Work - entry.Queue,
            isRebalance ? null : entry.At - entry.Work,
            isRebalance ? null : entry.At,
            isRebalance ? null : Milliseconds(entry.Queue),
            Milliseconds(entry.Work),
            entry.Partitions?.Select(p => new JournalPartition(p.Topic, p.Partition, p.Paused is { } paused ? Milliseconds(paused) : null)).ToArray());
    }

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    private static string? Name(DeliveryResult? result) => result switch
    {
        null => null,
        DeliveryResult.DeadLetter => "dlq",
        { } other => other.ToString().ToLowerInvariant(),
    };

    // A transient failure that became a dead letter has used up its attempts.
    private static string? ErrorKindOf(JournalEntry entry) =>
        entry is { Result: DeliveryResult.DeadLetter, Failure.Kind: FailureKind.Transient }
            ? "exhausted"
            : entry.Failure?.Kind.ToString().ToLowerInvariant();
}

internal sealed record JournalPartition(string Topic, int Partition, double? PausedMs);

/// <summary>What a reader needs to know to go on reading.</summary>
/// <param name="Start">Another one with every start of the process.</param>
/// <param name="Oldest">The first sequence that can still be had.</param>
internal sealed record JournalPage(
    Guid Start, DateTimeOffset StartedAt, string Service, string InstanceId, long Oldest, long Latest, IReadOnlyList<JournalLine>? Entries = null);
