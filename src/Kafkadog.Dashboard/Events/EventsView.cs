using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Events;

/// <summary>The newest records that match, newest first.</summary>
/// <param name="Matching">All that match, shown or not.</param>
/// <param name="Remembered">All that could match: those the dashboard still remembers, up to the moment.</param>
/// <param name="Newer">Matching ones that came after the moment the page stands at.</param>
public sealed record EventsView(KafkaStatus Kafka, Equatable<ObservedRecord> Rows, int Matching, int Remembered, int Newer, Equatable<string> Topics)
{
    /// <summary>More than anybody scrolls through; a filter finds the others.</summary>
    public const int MostRows = 1000;

    public static EventsView Of(Observed observed, Moment moment, EventFilter filter)
    {
        List<ObservedRecord> rows = new(Math.Min(MostRows, observed.Recent.Count));
        var (matching, remembered, newer) = (0, 0, 0);
        foreach (var record in observed.NewestFirst)
        {
            var isNewer = !moment.IsNow && record.At > moment.Time;
            remembered += isNewer ? 0 : 1;
            if (!filter.Matches(record))
            {
                continue;
            }

            if (isNewer)
            {
                newer++;
            }
            else if (++matching <= MostRows)
            {
                rows.Add(record);
            }
        }

        return new(
            observed.Kafka,
            rows.ToEquatable(),
            matching,
            remembered,
            newer,
            observed.Tapes.Select(t => t.Place.Topic).Union(Contracts.Topics.Business).Order(StringComparer.Ordinal).ToEquatable());
    }
}
