using Kafkadog.Contracts;

namespace Kafkadog.Dashboard.Observing;

/// <summary>One page of a service's journal, as <c>GET /journal</c> answers.</summary>
/// <param name="Start">Changes with every start of the process.</param>
public sealed record JournalPage(string Start, string Service, string InstanceId, long Oldest, long Latest, IReadOnlyList<JournalEntry> Entries);

/// <summary>What an instance did with a record, what it sent, or how its assignment changed.</summary>
/// <param name="Kind">delivery, sent, assigned, revoked or lost.</param>
/// <param name="Attempt">Number of the delayed attempt; 0 for the fresh record.</param>
/// <param name="Tries">Attempts in place of this delivery.</param>
/// <param name="Result">ok, duplicate, ignored, retry, parked or dlq.</param>
public sealed record JournalEntry(
    long Sequence,
    string Kind,
    DateTimeOffset At,
    string InstanceId,
    string? Group = null,
    string? MemberId = null,
    int? Generation = null,
    string? Topic = null,
    int? Partition = null,
    long? Offset = null,
    string? Key = null,
    Guid? EventId = null,
    string? EventType = null,
    int Attempt = 0,
    int Tries = 1,
    bool Duplicate = false,
    string? Result = null,
    DateTimeOffset? ReceivedAt = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? FinishedAt = null,
    double? QueueMs = null,
    double? WorkMs = null,
    string? ErrorClass = null,
    string? ErrorMessage = null,
    IReadOnlyList<JournalPartition>? Partitions = null)
{
    /// <summary>How the name of the group ends in which every service reads the retries that are its own.</summary>
    public const string RetryGroup = "-retry";

    /// <summary>
    /// The event had been done before. The record of a delayed attempt that comes back to the service that planned it is known
    /// there as well, but nothing happened twice: it is in the log for whoever may take over.
    /// </summary>
    public bool Duplicate { get; init; } = Duplicate && !(Topic == Topics.Retry && Group is not null && Group.EndsWith(RetryGroup, StringComparison.Ordinal));

    public bool IsDelivery => Kind == "delivery";

    public bool IsSent => Kind == "sent";

    public bool IsRebalance => Kind is "assigned" or "revoked" or "lost";

    /// <summary>Only for deliveries and what was sent.</summary>
    public Place Place => new(Topic!, Partition!.Value);
}

/// <param name="PausedMs">Since this process last gave the partition up; null on first sight.</param>
public sealed record JournalPartition(string Topic, int Partition, double? PausedMs = null);
