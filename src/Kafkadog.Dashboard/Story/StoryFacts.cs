using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Story;

/// <summary>
/// One order's records and what the services say they did with them, up to a moment. Where in the log and when comes from the
/// records; who, how often and how long comes from the journals.
/// </summary>
/// <param name="Records">By time.</param>
/// <param name="Deliveries">By start; without those a group had no business with.</param>
/// <param name="Sent">What the outboxes had acknowledged.</param>
/// <param name="Pending">Records that a group has yet to finish.</param>
public sealed record StoryFacts(
    IReadOnlyList<ObservedRecord> Records,
    IReadOnlyList<JournalEntry> Deliveries,
    IReadOnlyList<JournalEntry> Sent,
    IReadOnlyList<PendingDelivery> Pending)
{
    /// <summary>Groups that look on without taking part: they are in the table, not in the picture.</summary>
    private static readonly HashSet<string> Onlookers = new(StringComparer.Ordinal) { Groups.Analytics, Groups.GatewayProjection, Groups.DeadLetterIndexer };

    public DateTimeOffset Start => Placed?.At ?? Records[0].At;

    public ObservedRecord? Placed => Records.FirstOrDefault(r => r.Type == nameof(OrderPlaced));

    public ObservedRecord? Outcome => Records.FirstOrDefault(r => r.Type is nameof(OrderCompleted) or nameof(OrderCancelled));

    public static StoryFacts Of(IReadOnlyList<ObservedRecord> records, IEnumerable<JournalEntry> entries, IReadOnlyList<PendingDelivery> pending, Moment moment)
    {
        var known = entries.Where(e => moment.IsNow || e.At <= moment.Time).ToList();
        return new(
            moment.IsNow ? [.. records] : [.. records.Where(r => r.At <= moment.Time)],
            [.. known.Where(IsWork).OrderBy(e => e.StartedAt ?? e.At)],
            [.. known.Where(e => e.IsSent)],
            pending);
    }

    public static bool TakesPart(string group) => !Onlookers.Contains(group);

    public ObservedRecord? RecordAt(Place place, long offset) => Records.FirstOrDefault(r => r.Place == place && r.Offset == offset);

    /// <summary>Who wrote a record, by the journal of its outbox.</summary>
    public JournalEntry? SentAs(ObservedRecord record) =>
        Sent.FirstOrDefault(s => s.Place == record.Place && s.Offset == record.Offset);

    /// <summary>The retry record that planned a delayed attempt.</summary>
    public ObservedRecord? PlannedBy(JournalEntry attempt) => attempt.Attempt == 0 ? null : Records.FirstOrDefault(
        r => r is { Type: nameof(OrderRetry), Failure: { } note }
            && note.Target == attempt.Group
            && note.Attempt == attempt.Attempt
            && note.Original is { } original
            && original.Topic == attempt.Topic && original.Partition == attempt.Partition && original.Offset == attempt.Offset);

    /// <summary>The groups that have to do something with a record of this type.</summary>
    public static IReadOnlyList<string> ReadersOf(string? type) => type switch
    {
        nameof(OrderPlaced) => [Groups.Payment, Groups.Inventory, Groups.OrderSaga],
        nameof(OrderCompleted) => [Groups.Notification],
        nameof(OrderCancelled) => [Groups.Payment, Groups.Inventory, Groups.Notification],
        nameof(PaymentAuthorized) or nameof(PaymentDeclined) or nameof(PaymentVoided) or nameof(PaymentRefunded)
            or nameof(InventoryReserved) or nameof(InventoryRejected) or nameof(InventoryReleased) => [Groups.OrderSaga],
        _ => [],
    };

    // Every service reads the retry topic to find what is addressed to it; that is plumbing, not work on the order.
    private static bool IsWork(JournalEntry e) =>
        e is { IsDelivery: true, Group: not null, Topic: not Topics.Retry } && e.Result is not "ignored";
}

/// <summary>A record that a group has not committed past.</summary>
/// <param name="Instance">The member that owns its partition; null when nobody does.</param>
public sealed record PendingDelivery(ObservedRecord Record, string Group, string? Instance);
