using System.Globalization;
using Kafkadog.Dashboard.Flow;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Events;

/// <summary>A record as the page's address names it: <c>orders.v1:1:40</c>.</summary>
internal static class PlaceInAddress
{
    public static string Text(ObservedRecord record) =>
        string.Create(CultureInfo.InvariantCulture, $"{record.Topic}:{record.Partition}:{record.Offset}");

    /// <summary>Null when the text names none.</summary>
    public static RecordPlace? Parse(string? text) =>
        text?.Split(':') is [{ Length: > 0 } topic, var partition, var offset]
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o)
            ? new(topic, p, o)
            : null;

    public static bool Is(ObservedRecord record, RecordPlace? place) =>
        place is not null && place.Offset == record.Offset && place.Partition == record.Partition && place.Topic == record.Topic;
}
