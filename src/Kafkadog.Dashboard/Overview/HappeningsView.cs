using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Overview;

/// <summary>
/// What happened lately, in sentences. When more orders come and go within a second than anybody could read, they become one
/// sentence, so that a rebalance or a dead letter among them still stands out.
/// </summary>
public sealed record HappeningsView(Equatable<Happening> Lines)
{
    private const int Most = 12;
    private const int MostOrdinaryPerSecond = 4;
    private const int MostLookedAt = 3_000;

    public static HappeningsView Of(Observed observed, Moment moment)
    {
        var records = observed.NewestFirst.Where(r => r.At <= moment.Time).Take(MostLookedAt)
            .GroupBy(r => r.At.ToUnixTimeSeconds()).OrderByDescending(second => second.Key)
            .SelectMany(second => InOneSecond(second.Key, [.. second])).Take(Most);
        var duplicates = observed.Deliveries.All.Where(d => d.Duplicate && d.At <= moment.Time).Reverse().Take(Most)
            .Select(d => new Happening(d.At, ChipKind.Dup, $"{d.InstanceId} skipped a duplicate of {d.Topic} p{d.Partition} @ {d.Offset}", OrderOf(d.Key)));
        var rebalances = observed.Groups.Groups.SelectMany(g => Settled(observed.Groups.History(g), g, moment));
        var instances = observed.InstanceChanges.Where(c => c.At <= moment.Time && c.Instance.State is not (ShopInstanceState.Starting or ShopInstanceState.Stopping))
            .Select(c => new Happening(c.At, KindOf(c.Instance.State), $"{c.Instance.Name} {RolesView.Word(c.Instance.State)}", null));
        return new(records.Concat(duplicates).Concat(rebalances).Concat(instances).Distinct().OrderByDescending(h => h.At).Take(Most).ToEquatable());
    }

    private static IEnumerable<Happening> InOneSecond(long second, List<ObservedRecord> records)
    {
        var ordinary = records.Where(IsOrdinary).CountBy(r => r.Type!).ToDictionary(StringComparer.Ordinal);
        if (ordinary.Values.Sum() <= MostOrdinaryPerSecond)
        {
            return records.Select(FromRecord).OfType<Happening>();
        }

        var words = Ordinary.Where(o => ordinary.ContainsKey(o.Type)).Select(o => $"{ordinary[o.Type]} {o.Word}");
        return records.Where(r => !IsOrdinary(r)).Select(FromRecord).OfType<Happening>()
            .Append(new(DateTimeOffset.FromUnixTimeSeconds(second), ChipKind.Ok, $"Orders within one second: {string.Join(", ", words)}", null));
    }

    private static readonly (string Type, string Word)[] Ordinary =
        [(nameof(OrderPlaced), "placed"), (nameof(OrderCompleted), "completed"), (nameof(OrderCancelled), "cancelled")];

    private static bool IsOrdinary(ObservedRecord record) => Array.Exists(Ordinary, o => o.Type == record.Type);

    private static Happening? FromRecord(ObservedRecord record) => record switch
    {
        { Type: nameof(OrderPlaced) } => new(record.At, ChipKind.Work, $"Order {Short(record)} was placed", record.OrderId),
        { Type: nameof(OrderCompleted) } => new(record.At, ChipKind.Ok, $"Order {Short(record)} is completed", record.OrderId),
        { Type: nameof(OrderCancelled) } => new(record.At, ChipKind.Mute, $"Order {Short(record)} is cancelled", record.OrderId),
        { Type: nameof(OrderRetry), Failure: { } failure } => new(record.At, ChipKind.Warn, $"{failure.Target}: delayed attempt {failure.Attempt} for {Short(record)} is planned", record.OrderId),
        { Type: nameof(OrderDLQ), Failure: { } failure } => new(record.At, ChipKind.Bad, $"Dead letter of {failure.Target}: {Cut(failure.Error)}", record.OrderId),
        { Problem: { } problem } => new(record.At, ChipKind.Bad, $"{record.Topic} p{record.Partition} @ {record.Offset} is no event: {Cut(problem)}", null),
        _ => null,
    };

    private static IEnumerable<Happening> Settled(IReadOnlyList<Membership> history, string group, Moment moment)
    {
        for (var i = history.Count - 1; i >= 0; i--)
        {
            var membership = history[i];
            if (membership.At > moment.Time || membership.At == DateTimeOffset.MinValue)
            {
                continue;
            }

            var before = i > 0 ? history[i - 1].Members.Select(m => m.ClientId).ToHashSet(StringComparer.Ordinal) : [];
            var after = membership.Members.Select(m => m.ClientId).ToHashSet(StringComparer.Ordinal);
            var joined = after.Except(before).Select(m => $"{m} joined");
            var left = before.Except(after).Select(m => $"{m} left");
            var words = string.Join(", ", joined.Concat(left));
            yield return new(membership.At, ChipKind.Work, $"{group} rebalanced{(words.Length > 0 ? ": " + words : "")}", null);
        }
    }

    private static ChipKind KindOf(ShopInstanceState state) => state switch
    {
        ShopInstanceState.Ready => ChipKind.Ok,
        ShopInstanceState.Frozen or ShopInstanceState.Restarting => ChipKind.Warn,
        ShopInstanceState.Killed or ShopInstanceState.Silent => ChipKind.Bad,
        _ => ChipKind.Mute,
    };

    private static Guid? OrderOf(string? key) => Guid.TryParseExact(key, "D", out var id) ? id : null;

    private static string Short(ObservedRecord record) => Figures.ShortId(record.OrderId?.ToString() ?? "");

    private static string Cut(string text) => Visible.Line(text, 90);
}

/// <param name="OrderId">The order it is about, for a link.</param>
public sealed record Happening(DateTimeOffset At, ChipKind Kind, string Text, Guid? OrderId);
