using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>A record that two owners of its partition were given, because the first one's commit had not come to it.</summary>
/// <param name="Before">Null when the first owner's journal ended with its process: only the second delivery tells, as a duplicate.</param>
/// <param name="WasDone">The second delivery found the work already done, and did nothing.</param>
public sealed record Redelivery(Place Place, long Offset, Guid? OrderId, string? EventType, DeliveredTo? Before, DeliveredTo After, bool WasDone);

/// <param name="Generation">As the consumer counts it: its assignments since its process started.</param>
public sealed record DeliveredTo(Owner Member, int? Generation, DateTimeOffset At)
{
    internal static DeliveredTo Of(JournalEntry entry) =>
        new(new(entry.InstanceId, MemberLetter.Of(entry.InstanceId), MemberLetter.Colour(entry.InstanceId)), entry.Generation, entry.At);
}

/// <summary>The records that a rebalance let be delivered twice.</summary>
internal static class Redeliveries
{
    /// <param name="until">When the partition moved the next time; what is delivered again later belongs to that.</param>
    public static IEnumerable<Redelivery> Of(RebalanceStory story, PartitionMove move, DateTimeOffset until, Evidence evidence)
    {
        Dictionary<long, JournalEntry> first = [];
        foreach (var entry in evidence.Deliveries(move.Place))
        {
            var offset = entry.Offset!.Value;
            var isAfter = entry.At >= story.StartedAt && entry.At < until && entry.InstanceId == move.After?.Name;
            if (isAfter && first.TryGetValue(offset, out var earlier) && IsOther(earlier, entry))
            {
                yield return Pair(entry, DeliveredTo.Of(earlier));
            }
            else if (isAfter && !first.ContainsKey(offset) && entry.Duplicate && !evidence.IsWrittenTwice(entry.EventId))
            {
                yield return Pair(entry, null);
            }

            first[offset] = entry;
        }
    }

    private static bool IsOther(JournalEntry earlier, JournalEntry later) =>
        (earlier.InstanceId, earlier.MemberId, earlier.Generation) != (later.InstanceId, later.MemberId, later.Generation);

    private static Redelivery Pair(JournalEntry second, DeliveredTo? first) => new(
        second.Place,
        second.Offset!.Value,
        Guid.TryParseExact(second.Key, "D", out var order) ? order : null,
        second.EventType,
        first,
        DeliveredTo.Of(second),
        second.Duplicate);
}
