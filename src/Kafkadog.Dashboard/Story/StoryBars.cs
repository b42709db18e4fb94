using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Story;

/// <summary>What happened to an order as stretches of time, one lane for each instance that had to do with it.</summary>
public static class StoryBars
{
    /// <summary>A group that has not finished with the outcome is shown as waiting for this long; after that nobody looks.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMinutes(2);

    public static IReadOnlyList<StoryBar> Of(StoryFacts facts, Moment moment)
    {
        List<StoryBar> bars = [.. Written(facts)];
        foreach (var chain in facts.Deliveries.Where(d => StoryFacts.TakesPart(d.Group!)).GroupBy(d => (d.Group, d.Place, d.Offset)))
        {
            bars.AddRange(Handled(facts, [.. chain], moment));
        }

        bars.AddRange(NotYet(facts, moment));
        bars.AddRange(SagaWaits(facts, moment));
        return bars;
    }

    private static IEnumerable<StoryBar> Written(StoryFacts facts)
    {
        foreach (var record in facts.Records.Where(r => r.Type == nameof(OrderPlaced)))
        {
            var sent = facts.SentAs(record);
            var lane = new LaneKey("api-gateway", "Gateway", sent?.InstanceId);
            yield return new(lane, BarKind.Works, sent?.ReceivedAt ?? record.At, sent?.FinishedAt ?? record.At, null, $"takes the order and writes OrderPlaced to {record.Place} @ {record.Offset}");
        }
    }

    /// <summary>One record in one group: the first delivery, its delayed attempts, and deliveries over again.</summary>
    private static IEnumerable<StoryBar> Handled(StoryFacts facts, JournalEntry[] chain, Moment moment)
    {
        var record = facts.RecordAt(chain[0].Place, chain[0].Offset!.Value);
        var isRetried = chain.Any(d => d.Result is "retry" or "dlq" or "parked");
        for (var i = 0; i < chain.Length; i++)
        {
            var d = chain[i];
            var lane = LaneOf(d.Group!, d.InstanceId);
            var (from, to) = (d.StartedAt ?? d.At, d.FinishedAt ?? d.At);
            if (i == 0 && record is not null && record.At < from)
            {
                yield return new(lane, BarKind.Waits, record.At, from, null, $"{d.EventType} waits in the log, then in {d.InstanceId}");
            }

            if (d.Result != "parked")
            {
                yield return Work(lane, d, from, to, isRetried);
            }

            if (d.Result is "retry" or "parked")
            {
                var next = Array.Find(chain[(i + 1)..], n => !n.Duplicate);
                var until = next is not null ? next.StartedAt ?? next.At : facts.Outcome is null ? moment.Time : to;
                if (until > to)
                {
                    var why = d.Result == "parked" ? "waits behind an earlier event of this order" : "parked until the next attempt";
                    yield return new(lane, BarKind.Parked, to, until, $"parked {Durations.Short(until - to)}", why);
                }
            }
        }
    }

    private static StoryBar Work(LaneKey lane, JournalEntry d, DateTimeOffset from, DateTimeOffset to, bool isRetried)
    {
        var number = $"#{d.Attempt + 1}";
        var tries = d.Tries > 1 ? $", {d.Tries} tries" : "";
        var took = Durations.Short(to - from);
        return d switch
        {
            { Duplicate: true } => new(lane, BarKind.Skipped, from, to, "×2", $"{d.EventType} again: its event id is known, so it is skipped ({took})"),
            { Result: "retry" } => new(lane, BarKind.Failed, from, to, $"✕ {number}", $"{d.EventType} failed, attempt {number}{tries}: {Visible.Line(d.ErrorMessage ?? d.ErrorClass)} ({took})"),
            { Result: "dlq" } => new(lane, BarKind.Failed, from, to, $"✕ {number}", $"{d.EventType} given up, attempt {number}{tries}: {Visible.Line(d.ErrorMessage ?? d.ErrorClass)} ({took})"),
            _ => new(lane, BarKind.Works, from, to, isRetried ? number : took, $"works on {d.EventType}{tries} ({took})"),
        };
    }

    private static IEnumerable<StoryBar> NotYet(StoryFacts facts, Moment moment) => facts.Pending
        .Where(p => StoryFacts.TakesPart(p.Group) && (facts.Outcome is null || moment.Since(p.Record.At) < Aftermath))
        .Where(p => !facts.Deliveries.Any(d => d.Group == p.Group && d.Place == p.Record.Place && d.Offset == p.Record.Offset))
        .Where(p => moment.Time > p.Record.At)
        .Select(p => new StoryBar(
            LaneOf(p.Group, p.Instance), BarKind.Waits, p.Record.At, moment.Time, null,
            p.Instance is null ? $"{p.Record.Type} waits: nobody reads {p.Record.Place}" : $"{p.Record.Type} waits for {p.Instance}, or is in its hands"));

    /// <summary>Between two answers the saga has nothing to do: it waits for what is missing.</summary>
    private static IEnumerable<StoryBar> SagaWaits(StoryFacts facts, Moment moment)
    {
        var handled = facts.Deliveries.Where(d => d is { Group: Groups.OrderSaga, Duplicate: false, Result: "ok" }).ToList();
        var hasPayment = false;
        var hasInventory = false;
        for (var i = 0; i < handled.Count; i++)
        {
            hasPayment |= handled[i].Topic == Topics.Payments;
            hasInventory |= handled[i].Topic == Topics.Inventory;
            var from = handled[i].FinishedAt ?? handled[i].At;
            if (facts.Outcome is { } outcome && from >= outcome.At)
            {
                yield break;
            }

            var to = i + 1 < handled.Count ? handled[i + 1].StartedAt ?? handled[i + 1].At : facts.Outcome?.At ?? moment.Time;
            if (to > from && !(hasPayment && hasInventory))
            {
                var label = (hasPayment, hasInventory) switch
                {
                    (true, _) => "has payment, waits for inventory",
                    (_, true) => "has inventory, waits for payment",
                    _ => "waits for both answers",
                };
                yield return new(LaneOf(Groups.OrderSaga, handled[i].InstanceId), BarKind.WaitsFor, from, to, label, label);
            }
        }
    }

    private static LaneKey LaneOf(string group, string? instance)
    {
        var known = ShopMap.GroupOf(group);
        return new(known.Role ?? group, known.Title, instance);
    }
}

/// <param name="Instance">Null when it is not known which, or there is none.</param>
public sealed record LaneKey(string Role, string Title, string? Instance);

/// <param name="Label">Written on the bar when there is room.</param>
/// <param name="Text">What it is, in words.</param>
public sealed record StoryBar(LaneKey Lane, BarKind Kind, DateTimeOffset From, DateTimeOffset To, string? Label, string Text)
{
    public TimeSpan Length => To - From;
}

public enum BarKind
{
    /// <summary>A record is in the log and nobody works on it yet.</summary>
    Waits,
    Works,

    /// <summary>An attempt that failed.</summary>
    Failed,

    /// <summary>Between a failed attempt and the next one.</summary>
    Parked,

    /// <summary>Delivered again and skipped.</summary>
    Skipped,

    /// <summary>The saga, between two answers.</summary>
    WaitsFor,
}
