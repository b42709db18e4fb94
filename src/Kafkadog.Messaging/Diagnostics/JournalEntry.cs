using System.Text.Json.Serialization;

namespace Kafkadog.Messaging.Diagnostics;

/// <summary>How one delivery ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeliveryResult>))]
public enum DeliveryResult
{
    Ok,
    Duplicate,
    Ignored,

    /// <summary>A delayed attempt is scheduled.</summary>
    Retry,

    /// <summary>Waits behind an earlier event of its key.</summary>
    Parked,
    DeadLetter,
}

public static class JournalKind
{
    public const string Delivery = "delivery";
    public const string Assigned = "assigned";
    public const string Revoked = "revoked";
    public const string Lost = "lost";

    /// <summary>Kafka has acknowledged a record of the outbox.</summary>
    public const string Sent = "sent";
}

/// <summary>
/// One line of the journal. It refers to what its writer had at hand; text is made of it only when somebody reads.
/// </summary>
/// <param name="Kind">One of <see cref="JournalKind"/>.</param>
/// <param name="At">When it ended.</param>
public sealed record JournalEntry(string Kind, DateTimeOffset At)
{
    /// <summary>Counts from 1 in each process.</summary>
    public long Sequence { get; internal set; }

    public string? Group { get; init; }

    public string? MemberId { get; init; }

    /// <summary>Counts this consumer's assignments since the process started; null for a delayed attempt.</summary>
    public int? Generation { get; init; }

    public string? Topic { get; init; }

    public int? Partition { get; init; }

    public long? Offset { get; init; }

    /// <summary>What keeps records in order; it starts with NUL for a record that has no key.</summary>
    public string? Key { get; init; }

    public string? EventType { get; init; }

    public Guid? EventId { get; init; }

    public Guid? CorrelationId { get; init; }

    /// <summary>0 for the fresh record, then the number of the delayed attempt.</summary>
    public int? Attempt { get; init; }

    /// <summary>Tries in place of this delivery.</summary>
    public int? Tries { get; init; }

    public DeliveryResult? Result { get; init; }

    public Failure? Failure { get; init; }

    /// <summary>What a rebalance changed.</summary>
    public IReadOnlyList<RebalancedPartition>? Partitions { get; init; }

    /// <summary>Of a sent record.</summary>
    public RecordHeaders? Headers { get; init; }

    /// <summary>From poll, or from the outbox, to the start of the work.</summary>
    public TimeSpan Queue { get; init; }

    /// <summary>From the start of handling to the durable commit; from the producer to the acknowledgement.</summary>
    public TimeSpan Work { get; init; }

    public string? Error => Failure?.ErrorClass;
}

/// <param name="Paused">Since this process last gave the partition up; null when it has not.</param>
public sealed record RebalancedPartition(string Topic, int Partition, TimeSpan? Paused = null);
