using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Instances;

/// <summary>
/// One fault as somebody switched it on: a role has as many of them as instances, equal and made at the same time, and here
/// they are one.
/// </summary>
/// <param name="Id">Unique among all that are listed.</param>
/// <param name="Remaining">Records it still hits, over all instances; null until it expires.</param>
/// <param name="LastHits">Newest first.</param>
public sealed record ActiveFault(
    string Id, string Role, string Words, bool IsActive, string State, DateTimeOffset ExpiresAt, int? Remaining, int Hits, Equatable<FaultPart> Parts, Equatable<FaultHitAt> LastHits)
{
    /// <summary>The instances are asked one after the other.</summary>
    private static readonly TimeSpan SameTime = TimeSpan.FromSeconds(2);

    /// <summary>Newest first; those that ended by themselves stay for a while, so that their hits can be looked at.</summary>
    public static IReadOnlyList<ActiveFault> Of(IEnumerable<InstanceFault> faults, DateTimeOffset now)
    {
        List<List<InstanceFault>> groups = [];
        foreach (var fault in faults.OrderByDescending(f => f.Fault.CreatedAt))
        {
            if (groups.Find(g => IsSame(g[0], fault)) is { } group)
            {
                group.Add(fault);
            }
            else
            {
                groups.Add([fault]);
            }
        }

        return [.. groups.Select(g => Of(g, now))];
    }

    private static ActiveFault Of(List<InstanceFault> parts, DateTimeOffset now)
    {
        var first = parts[0];
        var active = parts.Where(p => p.Fault.IsActive && p.Fault.ExpiresAt > now).ToList();
        return new(
            string.Join(' ', parts.Select(p => FormattableString.Invariant($"{p.Instance.Name}/{p.Fault.Id}")).Order(StringComparer.Ordinal)),
            first.Instance.Role,
            FaultWords.Of(first.Instance.Role, first.Fault, parts.Count),
            active.Count > 0,
            parts.TrueForAll(p => p.Fault.State == "used-up") ? "used up" : "expired",
            parts.Max(p => p.Fault.ExpiresAt),
            first.Fault.Count is null ? null : active.Sum(p => p.Fault.Remaining ?? 0),
            parts.Sum(p => p.Fault.Hits),
            parts.Select(p => new FaultPart(p.Instance.Name, p.Instance.Url, p.Fault.Id)).OrderBy(p => p.Instance, StringComparer.Ordinal).ToEquatable(),
            parts.SelectMany(p => (p.Fault.LastHits ?? []).Select(h => FaultHitAt.Of(p.Instance.Name, h))).OrderByDescending(h => h.At).Take(5).ToEquatable());
    }

    private static bool IsSame(InstanceFault a, InstanceFault b) =>
        a.Instance.Role == b.Instance.Role
        && a.Instance.Name != b.Instance.Name
        && (a.Fault.Point, a.Fault.Mode, a.Fault.Kind, a.Fault.DelayMs, a.Fault.Count, a.Fault.Match) == (b.Fault.Point, b.Fault.Mode, b.Fault.Kind, b.Fault.DelayMs, b.Fault.Count, b.Fault.Match)
        && (a.Fault.CreatedAt - b.Fault.CreatedAt).Duration() <= SameTime;
}

public sealed record FaultPart(string Instance, string Url, long Id);

/// <param name="OrderId">Null when what was hit had no order's id as its key, or was inside the database writer.</param>
public sealed record FaultHitAt(DateTimeOffset At, string Instance, Guid? OrderId, string? EventType, Place? Place, long? Offset)
{
    internal static FaultHitAt Of(string instance, FaultHit hit) => new(
        hit.At,
        instance,
        Guid.TryParseExact(hit.Key, "D", out var order) ? order : null,
        hit.EventType,
        hit is { Topic: { } topic, Partition: { } partition } ? new Place(topic, partition) : null,
        hit.Offset);
}

/// <summary>Faults in words.</summary>
internal static class FaultWords
{
    public static string Of(string role, ServiceFault fault, int instances = 1)
    {
        var what = fault.Mode switch
        {
            "delay" => $"{role} works {Milliseconds(fault.DelayMs)} longer on {Next(fault.Count, "record")}",
            "decline" => $"{role} declines {Next(fault.Count, "payment")}",
            "reject" => $"{role} rejects {Next(fault.Count, "reservation")}",
            "throw" when fault.Kind == "permanent" => $"{role} fails {Next(fault.Count, "record")} for good",
            "throw" when fault.Point != "before-handler" => $"{role} fails at {fault.Point} for {Next(fault.Count, "record")}",
            "throw" => $"{role} fails {Next(fault.Count, "record")} and tries again",
            _ => $"{role}: {fault.Mode} for {Next(fault.Count, "record")}",
        };
        return $"{what}{Match(fault.Match)}{(instances > 1 ? FormattableString.Invariant($", on each of {instances} instances") : "")}";
    }

    private static string Next(int? count, string what) => count switch
    {
        null => $"every {what}",
        1 => $"the next {what}",
        { } n => FormattableString.Invariant($"the next {n} {what}s"),
    };

    private static string Milliseconds(int? delay) => FormattableString.Invariant($"{delay ?? 0} ms");

    private static string Match(FaultMatch? match) => match is null ? "" : string.Concat(
        match.EventType is { } type ? $" of type {type}" : "", match.Topic is { } topic ? $" from {topic}" : "", match.OrderId is { } order ? $" of order {order}" : "");
}
