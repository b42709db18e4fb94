using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Flow;

/// <summary>What surrounds the tapes: who writes, who owns, and the same as a table.</summary>
public sealed record FlowView(double RecordsPerSecond, Equatable<FlowWriter> Writers, AssignmentsView Assignments, Equatable<FlowRow> Rows, KafkaStatus Kafka)
{
    public static IReadOnlyList<string> Topics { get; } = [.. ShopMap.Topics.Select(t => t.Name)];

    public static FlowView Of(Observed observed, Moment moment, string? group, bool withRows)
    {
        var tapes = TapesView.Of(observed, moment, Topics, picked: null);
        return new(
            tapes.RecordsPerSecond,
            tapes.Topics.Select(t => new FlowWriter(ShopMap.TopicOf(t.Topic).Writer ?? "any service", t.Lanes.Count)).ToEquatable(),
            AssignmentsView.Of(observed, moment, tapes, group),
            (withRows ? tapes.Topics.SelectMany(t => t.Lanes).Select(l => Row(observed, moment, l)) : []).ToEquatable(),
            observed.Kafka);
    }

    private static FlowRow Row(Observed observed, Moment moment, Lane lane) => new(
        lane.Place,
        lane.Start,
        lane.End,
        observed.Commits.Groups.Union(observed.Groups.Groups, StringComparer.Ordinal)
            .Select(g => (Group: g, Committed: observed.Commits.Committed(g, lane.Place, moment.At), Owner: observed.Groups.Current(g, moment.At)?.OwnerOf(lane.Place)))
            .Where(r => r.Committed is not null || r.Owner is not null)
            .OrderBy(r => r.Group, StringComparer.Ordinal)
            .Select(r => new FlowReader(ShopMap.GroupOf(r.Group).Letter, r.Committed, r.Committed is { } c ? Math.Max(0, lane.End - c) : null, r.Owner?.ClientId))
            .ToEquatable());
}

/// <param name="Lanes">Partitions of the topic it writes.</param>
public readonly record struct FlowWriter(string Writer, int Lanes);

public sealed record FlowRow(Place Place, long Start, long End, Equatable<FlowReader> Readers);

public readonly record struct FlowReader(string Letter, long? Committed, long? Lag, string? Owner);
