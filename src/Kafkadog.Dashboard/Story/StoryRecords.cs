using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Story;

/// <summary>Every record of an order, in the order of time: where it is, who wrote it, and who got it.</summary>
public static class StoryRecords
{
    private const string Refused = "⊘";
    private const string GivenBack = "↩";

    /// <param name="generationOf">The group's generation in which a delivery was made; null where it is not known.</param>
    public static IEnumerable<StoryRecord> Of(StoryFacts facts, Func<JournalEntry, int?> generationOf)
    {
        var shown = facts.Deliveries.ToLookup(d =>
            facts.PlannedBy(d) is { } plan ? (plan.Place, plan.Offset) : (d.Place, d.Offset!.Value));
        HashSet<(string Topic, Guid EventId)> seen = [];
        foreach (var record in facts.Records)
        {
            var isWrittenTwice = record.EventId is { } id && !seen.Add((record.Topic, id));
            var deliveries = shown[(record.Place, record.Offset)].Select(d => Delivery(d, record, generationOf(d))).ToEquatable();
            var look = isWrittenTwice || deliveries.Any(d => d.IsDuplicate) ? new Look(ChipKind.Dup, null, "seen more than once") : LookOf(record);
            yield return new(
                record.Place,
                record.Offset,
                Title(record),
                look,
                WriterOf(record, facts.SentAs(record)),
                record.At > facts.Start ? record.At - facts.Start : TimeSpan.Zero,
                deliveries,
                isWrittenTwice ? "The same event, written again: an outbox that did not hear the acknowledgement sends once more." : NoteOf(record, deliveries));
        }
    }

    private static string Title(ObservedRecord record) => record switch
    {
        { Failure: { Kind: null } note } => $"{note.FailedType ?? "Event"}, retry {note.Attempt}",
        { Failure: { } note } => $"{note.FailedType ?? "Event"}, dead letter",
        _ => record.Type ?? "not an event",
    };

    private static Look LookOf(ObservedRecord record) => record.Type switch
    {
        null => new(ChipKind.Bad, null, "no event"),
        nameof(OrderDLQ) => new(ChipKind.Bad, null, "given up"),
        nameof(OrderRetry) => new(ChipKind.Warn, null, "failed, tried again"),
        nameof(PaymentDeclined) or nameof(InventoryRejected) or nameof(OrderCancelled) => new(ChipKind.Mute, Refused, "a correct refusal"),
        nameof(PaymentVoided) or nameof(PaymentRefunded) or nameof(InventoryReleased) => new(ChipKind.Mute, GivenBack, "compensation"),
        _ => new(ChipKind.Ok, null, "fine"),
    };

    private static StoryWriter? WriterOf(ObservedRecord record, JournalEntry? sent)
    {
        // A retry and a dead letter keep the headers of the event in them, its source too.
        var role = sent is not null ? RoleOf(sent.InstanceId)
            : record.Failure is { Target: { } target } ? ShopMap.GroupOf(target).Role
            : record.Source;
        if (role is null)
        {
            return null;
        }

        var title = role == "api-gateway" ? "Gateway" : ShopMap.Groups.FirstOrDefault(g => g.Role == role)?.Title ?? role;
        return sent is null
            ? new(title, Instance: null, Letter: null, Colour: 0)
            : new(title, sent.InstanceId, MemberLetter.Of(sent.InstanceId), MemberLetter.Colour(sent.InstanceId));
    }

    private static string RoleOf(string instance) =>
        instance.LastIndexOf('-') is var dash and > 0 && instance.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? instance[..dash] : instance;

    private static StoryDelivery Delivery(JournalEntry d, ObservedRecord shownAt, int? generation)
    {
        var start = d.StartedAt ?? d.At;
        var end = d.FinishedAt ?? d.At;
        var isPlanned = shownAt.Failure is not null && d.Attempt > 0;
        return new(
            ShopMap.GroupOf(d.Group!).Title,
            d.InstanceId,
            MemberLetter.Of(d.InstanceId),
            MemberLetter.Colour(d.InstanceId),
            generation,
            d.Attempt,
            d.Tries,
            start > shownAt.At ? start - shownAt.At : TimeSpan.Zero,
            end > start ? end - start : TimeSpan.Zero,
            isPlanned && shownAt.Failure!.DueAt is { } due ? due > shownAt.At ? due - shownAt.At : TimeSpan.Zero : null,
            d.Result ?? "ok",
            d.ErrorMessage ?? d.ErrorClass,
            d.Duplicate);
    }

    private static string? NoteOf(ObservedRecord record, Equatable<StoryDelivery> deliveries) => record switch
    {
        { Problem: { } problem } => problem,
        { Type: nameof(OrderRetry), Failure: { } note } when deliveries.Count == 0 => $"{TitleOf(note.Target)} tries again{Planned(record, note)}: {note.Error}",
        { Type: nameof(OrderRetry), Failure: { } note } => note.Error,
        { Type: nameof(OrderDLQ), Failure: { } note } => $"{TitleOf(note.Target)} gave up {Attempts(note)} ({note.Kind ?? "unknown kind"}): {note.Error}",
        { Type: nameof(PaymentVoided) } => "Compensation: the order is cancelled, so the authorized money is given back.",
        { Type: nameof(PaymentRefunded) } => "Compensation: the money that was taken is given back.",
        { Type: nameof(InventoryReleased) } => "Compensation: the order is cancelled, so the reserved stock is given back.",
        { Type: nameof(PaymentDeclined) or nameof(InventoryRejected) } => "An answer, not an error: it is never retried, and the saga cancels the order.",
        { Type: nameof(OrderCancelled) } => "Whoever did something for this order undoes it now.",
        _ => null,
    };

    private static string Planned(ObservedRecord record, FailureNote note) =>
        note.DueAt is { } due ? $", planned {Durations.Short(due > record.At ? due - record.At : TimeSpan.Zero)} after this record" : "";

    internal static string Attempts(FailureNote note) => note.Attempt switch
    {
        0 => "at once",
        1 => "after one delayed attempt",
        var many => $"after {many} delayed attempts",
    };

    private static string TitleOf(string? group) => group is null ? "A service" : ShopMap.GroupOf(group).Title;
}

/// <param name="Look">Its sign.</param>
/// <param name="After">Since the order was placed.</param>
public sealed record StoryRecord(
    Place Place, long Offset, string Title, Look Look, StoryWriter? WrittenBy, TimeSpan After, Equatable<StoryDelivery> Deliveries, string? Note);

/// <param name="Meaning">The sign in words, for who cannot see it.</param>
public sealed record Look(ChipKind Kind, string? Sign, string Meaning);

/// <param name="Instance">Null when only the record's header tells, which names the role.</param>
public sealed record StoryWriter(string Title, string? Instance, string? Letter, int Colour);

/// <param name="Generation">Of the group, as the coordinator counts it; null for a delayed attempt, and where its history does not reach.</param>
/// <param name="Queue">From the record's timestamp to the start of the work.</param>
/// <param name="Planned">For a delayed attempt: the wait that was planned; <paramref name="Queue"/> is the one that it was.</param>
public sealed record StoryDelivery(
    string Title,
    string Instance,
    string Letter,
    int Colour,
    int? Generation,
    int Attempt,
    int Tries,
    TimeSpan Queue,
    TimeSpan Work,
    TimeSpan? Planned,
    string Result,
    string? Error,
    bool IsDuplicate);
