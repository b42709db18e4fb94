using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Observing;

/// <summary>One record of a business topic, as much of it as pages show. Its bytes stay in Kafka; <see cref="RecordReader"/> fetches them.</summary>
/// <param name="At">The record's own timestamp.</param>
/// <param name="Key">As text; null when it has none.</param>
/// <param name="Type">The event's type; null when the record is none that this version knows.</param>
/// <param name="OrderId">The order it belongs to, also for retries and dead letters.</param>
/// <param name="Source">The service that wrote it, by its header.</param>
/// <param name="Problem">Why it is no event, for records that are none.</param>
public sealed record ObservedRecord(
    Place Place,
    long Offset,
    DateTimeOffset At,
    string? Key,
    string? Type,
    Guid? OrderId,
    Guid? EventId,
    Guid? CausationId,
    string? Source,
    int ValueBytes,
    string? Problem)
{
    /// <summary>For OrderRetry and OrderDLQ.</summary>
    public FailureNote? Failure { get; init; }

    public string Topic => Place.Topic;

    public int Partition => Place.Partition;

    /// <summary>Colour of the key, 0 to 7: an order keeps it through every topic.</summary>
    public int Colour => KeyColour.Of(OrderId?.ToString() ?? Key);
}

/// <param name="Attempt">Delayed attempts so far, this one included.</param>
/// <param name="DueAt">When the delayed attempt is planned; null for a dead letter.</param>
/// <param name="Target">The consumer group that failed.</param>
/// <param name="Kind">poison, permanent or exhausted; null for a retry.</param>
/// <param name="FailedType">The event type that failed, where the record tells.</param>
public sealed record FailureNote(
    int Attempt, DateTimeOffset? DueAt, string? Target, string Error, string? Kind, SourceRecord? Original, string? FailedType);

public static class KeyColour
{
    public const int Count = 8;

    /// <summary>The same key has the same colour on every page and after every start.</summary>
    public static int Of(string? key)
    {
        if (key is null)
        {
            return Count - 1;
        }

        var hash = 2166136261u;
        foreach (var c in key)
        {
            hash = (hash ^ c) * 16777619u;
        }

        return (int)((hash ^ (hash >> 15)) % Count);
    }
}
