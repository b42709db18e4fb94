using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Flow;

/// <summary>
/// What changed on the tapes since the browser was told last: a few bytes a record. Drawing is the browser's work, so a tab
/// costs the server little however much is on screen.
/// </summary>
public sealed class TapeUpdate
{
    /// <summary>Above this rate single records cannot be followed any more: the tape becomes a stream with a count.</summary>
    public const double StreamAbove = 50;

    /// <summary>Below this it becomes single records again; lower, so that it does not flicker between both.</summary>
    private const double CellsBelow = 40;

    private readonly Dictionary<Place, Lane> sent = [];
    private string shape = "";

    public bool IsStream { get; private set; }

    /// <summary>Null when nothing changed. Lanes carry only new cells, unless <see cref="TapeMessage.Reset"/>.</summary>
    public TapeMessage? Next(TapesView view, bool isLive)
    {
        var wasStream = IsStream;
        IsStream = isLive && view.RecordsPerSecond > (wasStream ? CellsBelow : StreamAbove);
        var lanes = view.Topics.SelectMany(t => t.Lanes).ToList();
        var nextShape = string.Join('|', lanes.Select(l => l.Place)) + (isLive ? "live" : "past");
        var reset = nextShape != shape || wasStream != IsStream || lanes.Exists(WentBack);
        if (reset)
        {
            sent.Clear();
            shape = nextShape;
        }

        List<LaneMessage> changes = [];
        for (var i = 0; i < lanes.Count; i++)
        {
            if (Change(i, lanes[i]) is { } change)
            {
                changes.Add(change);
            }

            sent[lanes[i].Place] = lanes[i];
        }

        return changes.Count == 0 && !reset
            ? null
            : new(reset, IsStream ? Math.Round(view.RecordsPerSecond) : null, [.. changes], [.. Picked(lanes)]);
    }

    private bool WentBack(Lane lane) => sent.TryGetValue(lane.Place, out var before) && lane.End < before.End;

    private LaneMessage? Change(int index, Lane lane)
    {
        if (sent.TryGetValue(lane.Place, out var before) && before.Equals(lane))
        {
            return null;
        }

        var newest = before?.Cells is [.., var last] ? last.Offset : -1;
        var fresh = IsStream ? [] : lane.Cells.Where(c => c.Offset > newest).Select(c => new[] { c.Offset, c.Colour + (c.IsBroken ? 8 : 0) }).ToArray();
        var marks = lane.Marks.Select(m => new object[] { m.Offset, m.Groups }).ToArray();
        return new(index, lane.Start, lane.End, lane.ReadByAll, fresh, marks);
    }

    private static IEnumerable<long[]> Picked(List<Lane> lanes) =>
        lanes.SelectMany((lane, index) => lane.Cells.Where(c => c.IsPicked).Select(c => new[] { index, c.Offset }));
}

/// <param name="R">Forget what is drawn.</param>
/// <param name="S">Records per second when they are drawn as a stream.</param>
/// <param name="L">The lanes that changed.</param>
/// <param name="P">Lane and offset of the cells of the picked order.</param>
public sealed record TapeMessage(bool R, double? S, LaneMessage[] L, long[][] P)
{
    public bool Reset => R;
}

/// <param name="I">Index of the lane on the page.</param>
/// <param name="S">Log start offset.</param>
/// <param name="E">Log end offset.</param>
/// <param name="D">Every group has committed past what is below.</param>
/// <param name="C">New cells: offset, and colour plus 8 for a record that is no event.</param>
/// <param name="M">Committed offsets with the letters of their groups.</param>
public sealed record LaneMessage(int I, long S, long E, long D, long[][] C, object[][] M);
