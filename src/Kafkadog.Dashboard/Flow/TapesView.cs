using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Flow;

/// <summary>The tapes as a page shows them at one moment.</summary>
public sealed record TapesView(Equatable<TopicLanes> Topics, double RecordsPerSecond, bool IsEmpty)
{
    /// <summary>As many cells as the widest screen shows.</summary>
    public const int MostCells = 64;

    public static TapesView Of(Observed observed, Moment moment, IEnumerable<string> topics, Guid? picked)
    {
        var readers = Readers(observed, moment);
        var lanes = topics
            .Select(topic => new TopicLanes(topic, ShopMap.TopicOf(topic).Note, observed.TapesOf(topic).Select(t => Lane(observed, t, moment, readers, picked)).ToEquatable()))
            .Where(t => t.Lanes.Count > 0)
            .ToEquatable();
        return new(lanes, Math.Round(observed.Rates.PerSecond(moment.Time), 1), lanes.All(t => t.Lanes.All(l => l.End == 0)));
    }

    /// <summary>The groups that read each partition: those that committed there or own it.</summary>
    private static ILookup<Place, string> Readers(Observed observed, Moment moment)
    {
        var committed = observed.Commits.Groups
            .SelectMany(group => observed.Commits.Places(group).Where(p => observed.Commits.Committed(group, p, moment.At) is not null).Select(place => (place, group)));
        var owned = observed.Groups.Groups
            .SelectMany(group => (observed.Groups.Current(group, moment.At)?.Members ?? []).SelectMany(m => m.Partitions).Select(place => (place, group)));
        return committed.Concat(owned).Distinct().ToLookup(r => r.place, r => r.group);
    }

    private static Lane Lane(Observed observed, Tape tape, Moment moment, ILookup<Place, string> readers, Guid? picked)
    {
        var records = moment.IsNow ? tape.Records : tape.Records.TakeWhile(r => r.At <= moment.Time).ToList();
        var cells = records.Skip(records.Count - MostCells)
            .Select(r => new Cell(r.Offset, r.Colour, r.Problem is not null, r.OrderId is not null && r.OrderId == picked))
            .ToEquatable();
        var marks = readers[tape.Place]
            .Select(group => (ShopMap.GroupOf(group).Letter, Committed: observed.Commits.Committed(group, tape.Place, moment.At) ?? tape.Start))
            .GroupBy(m => m.Committed)
            .OrderBy(m => m.Key)
            .Select(m => new Mark(m.Key, string.Join(' ', m.Select(g => g.Letter).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))))
            .ToEquatable();
        return new(tape.Place, tape.Start, moment.IsNow ? tape.End : tape.EndAt(moment.Time), cells, marks);
    }
}

public sealed record TopicLanes(string Topic, string Note, Equatable<Lane> Lanes);

/// <param name="End">Log end offset: what the next record gets.</param>
public sealed record Lane(Place Place, long Start, long End, Equatable<Cell> Cells, Equatable<Mark> Marks)
{
    /// <summary>Every group has committed past what is below; what is above is still to be done.</summary>
    public long ReadByAll => Marks is [var first, ..] ? first.Offset : End;
}

public readonly record struct Cell(long Offset, int Colour, bool IsBroken, bool IsPicked);

/// <param name="Groups">Letters of the groups whose committed offset this is.</param>
public readonly record struct Mark(long Offset, string Groups);
