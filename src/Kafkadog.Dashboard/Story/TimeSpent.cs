namespace Kafkadog.Dashboard.Story;

/// <summary>
/// Where the time went. Every moment is counted once: as work while any service worked, else as parked while an attempt was, else
/// as waiting in the log; so the parts add up to the whole.
/// </summary>
/// <param name="NotTold">Nobody's journal tells: it was forgotten, or its service is down.</param>
public sealed record TimeSpent(TimeSpan Total, TimeSpan Working, TimeSpan Parked, TimeSpan Waiting, TimeSpan NotTold)
{
    public static TimeSpent Of(IReadOnlyList<StoryBar> bars, DateTimeOffset start, DateTimeOffset end)
    {
        var counted = bars.Where(b => b.Kind != BarKind.WaitsFor && b.To > start && b.From < end).ToList();
        var cuts = counted.SelectMany(b => new[] { b.From, b.To }).Append(start).Append(end)
            .Where(t => t >= start && t <= end).Distinct().Order().ToList();
        TimeSpan working = default, parked = default, waiting = default, notTold = default;
        for (var i = 0; i + 1 < cuts.Count; i++)
        {
            var length = cuts[i + 1] - cuts[i];
            var here = counted.Where(b => b.From <= cuts[i] && b.To >= cuts[i + 1]).Select(b => b.Kind).ToHashSet();
            if (here.Contains(BarKind.Works) || here.Contains(BarKind.Failed) || here.Contains(BarKind.Skipped))
            {
                working += length;
            }
            else if (here.Contains(BarKind.Parked))
            {
                parked += length;
            }
            else if (here.Contains(BarKind.Waits))
            {
                waiting += length;
            }
            else
            {
                notTold += length;
            }
        }

        return new(end > start ? end - start : TimeSpan.Zero, working, parked, waiting, notTold);
    }

    public IEnumerable<TimePart> Parts =>
        [
            new("Parked for retry", Parked, Share(Parked), 7),
            new("Services working", Working, Share(Working), 0),
            new("Waiting in the log", Waiting, Share(Waiting), 4),
            .. NotTold > TimeSpan.FromMilliseconds(1) ? [new TimePart("Between two steps, not told", NotTold, Share(NotTold), 6)] : Array.Empty<TimePart>(),
        ];

    private double Share(TimeSpan part) => Total > TimeSpan.Zero ? Math.Round(100 * (part / Total), 1) : 0;
}

/// <param name="Percent">Of the whole.</param>
public sealed record TimePart(string Title, TimeSpan Length, double Percent, int Colour);
