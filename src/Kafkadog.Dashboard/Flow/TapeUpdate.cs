using System.Text.Json.Serialization;
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

    /// <summary>A stream moves smoothly in the browser; telling it more often shows nothing more.</summary>
    private static readonly TimeSpan StreamPause = TimeSpan.FromMilliseconds(190);

    private readonly Dictionary<Place, Lane> sent = [];
    private string shape = "";
    private long[][] picked = [];
    private DateTimeOffset lastSent = DateTimeOffset.MinValue;

    public bool IsStream { get; private set; }

    /// <summary>Null when nothing changed, or when a stream was told just now. Lanes carry only what is new, unless <see cref="TapeMessage.Reset"/>.</summary>
    public TapeMessage? Next(TapesView view, Moment moment)
    {
        var wasStream = IsStream;
        IsStream = moment.IsNow && view.RecordsPerSecond > (wasStream ? CellsBelow : StreamAbove);
        var lanes = view.Topics.SelectMany(t => t.Lanes).ToList();
        var nextShape = string.Join('|', lanes.Select(l => l.Place)) + (moment.IsNow ? "live" : "past");
        var reset = nextShape != shape || wasStream != IsStream || lanes.Exists(WentBack);
        if (!reset && IsStream && moment.Time - lastSent < StreamPause)
        {
            return null;
        }

        if (reset)
        {
            sent.Clear();
            picked = [];
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

        long[][] nowPicked = IsStream ? [] : [.. Picked(lanes)];
        var picks = nowPicked.SelectMany(p => p).SequenceEqual(picked.SelectMany(p => p)) ? null : nowPicked;
        picked = nowPicked;
        if (changes.Count == 0 && picks is null && !reset)
        {
            return null;
        }

        lastSent = moment.Time;
        return new(reset, IsStream, [.. changes], picks);
    }

    private bool WentBack(Lane lane) => sent.TryGetValue(lane.Place, out var before) && lane.End < before.End;

    private LaneMessage? Change(int index, Lane lane)
    {
        sent.TryGetValue(lane.Place, out var before);
        if (IsStream)
        {
            return before is not null && before.End == lane.End && before.ReadByAll == lane.ReadByAll ? null : new(index, lane.End, lane.ReadByAll);
        }

        if (before is not null && before.Equals(lane))
        {
            return null;
        }

        var newest = before?.Cells is [.., var last] ? last.Offset : -1;
        var fresh = lane.Cells.Where(c => c.Offset > newest).Select(c => new[] { c.Offset, c.Colour + (c.IsBroken ? 8 : 0) }).ToArray();
        return new(index, lane.End, lane.ReadByAll)
        {
            C = fresh.Length > 0 ? fresh : null,
            M = before is not null && before.Marks.Equals(lane.Marks) ? null : [.. lane.Marks.Select(m => new object[] { m.Offset, m.Groups })],
        };
    }

    private static IEnumerable<long[]> Picked(List<Lane> lanes) =>
        lanes.SelectMany((lane, index) => lane.Cells.Where(c => c.IsPicked).Select(c => new[] { index, c.Offset }));
}

/// <param name="R">Forget what is drawn.</param>
/// <param name="S">The lanes are drawn as streams.</param>
/// <param name="L">The lanes that changed.</param>
/// <param name="P">Lane and offset of the cells of the picked order; null when they are the same as before.</param>
public sealed record TapeMessage(bool R, bool S, LaneMessage[] L, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long[][]? P)
{
    [JsonIgnore]
    public bool Reset => R;
}

/// <param name="I">Index of the lane on the page.</param>
/// <param name="E">Log end offset.</param>
/// <param name="D">Every group has committed past what is below.</param>
public sealed record LaneMessage(int I, long E, long D)
{
    /// <summary>New cells: offset, and colour plus 8 for a record that is no event. Null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long[][]? C { get; init; }

    /// <summary>Committed offsets with the letters of their groups; null when they are the same as before.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public object[][]? M { get; init; }
}
