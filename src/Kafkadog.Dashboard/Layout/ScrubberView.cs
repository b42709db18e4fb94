using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Layout;

/// <summary>The last minutes as a strip to scrub: how much happened when, and what changed.</summary>
/// <param name="From">The earliest moment that is remembered.</param>
/// <param name="NewSince">Records that came after the moment shown.</param>
public sealed record ScrubberView(DateTimeOffset From, DateTimeOffset To, DateTimeOffset? At, Equatable<double> Activity, Equatable<ScrubberMark> Marks, long NewSince)
{
    public const int Buckets = 90;

    public static ScrubberView Of(Observed observed, Moment moment, DateTimeOffset now, TimeSpan history)
    {
        var from = now - history;
        var marks = observed.Groups.Groups
            .SelectMany(g => observed.Groups.History(g).Where(m => m.At > from).Select(m => new ScrubberMark(m.At, $"{g} rebalanced")))
            .Concat(observed.InstanceChanges.Where(c => c.At > from && c.Instance.State is ShopInstanceState.Killed or ShopInstanceState.Frozen or ShopInstanceState.Restarting or ShopInstanceState.Stopped)
                .Select(c => new ScrubberMark(c.At, $"{c.Instance.Name} {Overview.RolesView.Word(c.Instance.State)}")))
            .OrderBy(m => m.At)
            .ToEquatable();
        return new(
            from,
            now,
            moment.At,
            observed.Rates.Series(now, history / Buckets, Buckets, s => s.Records).ToEquatable(),
            marks,
            moment.IsNow ? 0 : observed.Rates.Over(now, now - moment.Time, s => s.Records));
    }
}

public readonly record struct ScrubberMark(DateTimeOffset At, string Text);
