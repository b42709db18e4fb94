using System.Globalization;
using System.Text;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Layout;

/// <summary>The last minutes as a strip to scrub: how much happened when, and what changed.</summary>
/// <param name="From">The earliest moment that is remembered.</param>
/// <param name="Bars">How many records came when: an SVG path of upright lines, in a box of <see cref="Buckets"/> by <see cref="Height"/>.</param>
/// <param name="NewSince">Records that came after the moment shown, as far as they are remembered.</param>
public sealed record ScrubberView(DateTimeOffset From, DateTimeOffset To, DateTimeOffset? At, string Bars, Equatable<ScrubberMark> Marks, long NewSince)
{
    public const int Buckets = 90;
    public const int Height = 20;

    /// <summary>The newest; more would stand on top of each other.</summary>
    private const int MostMarks = 60;

    public static ScrubberView Of(Observed observed, Moment moment, DateTimeOffset now, TimeSpan history)
    {
        var from = now - history;
        var marks = observed.Groups.Groups
            .SelectMany(g => observed.Groups.History(g).Where(m => m.At > from).Select(m => new ScrubberMark(m.At, $"{g} rebalanced")))
            .Concat(observed.InstanceChanges.Where(c => c.At > from && c.Instance.State is ShopInstanceState.Killed or ShopInstanceState.Frozen or ShopInstanceState.Restarting or ShopInstanceState.Stopped)
                .Select(c => new ScrubberMark(c.At, $"{c.Instance.Name} {Overview.RolesView.Word(c.Instance.State)}")))
            .OrderBy(m => m.At)
            .TakeLast(MostMarks)
            .ToEquatable();
        return new(
            from,
            now,
            moment.At,
            BarsOf(observed.Rates.Series(now, history / Buckets, Buckets, s => s.Records)),
            marks,
            moment.IsNow ? 0 : observed.Recent.Count(r => r.At > moment.Time));
    }

    /// <summary>By the square root, so that a quiet minute beside a busy one is still seen.</summary>
    private static string BarsOf(IReadOnlyList<double> counts)
    {
        var most = counts.Max();
        var path = new StringBuilder();
        for (var i = 0; i < counts.Count; i++)
        {
            if (counts[i] > 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"M{i} {Height}v-{Math.Max(2, Math.Round(Height * Math.Sqrt(counts[i] / most)))}");
            }
        }

        return path.ToString();
    }
}

public readonly record struct ScrubberMark(DateTimeOffset At, string Text);
