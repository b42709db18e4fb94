using System.Globalization;

namespace Kafkadog.Dashboard.Components;

/// <summary>Spans of time in as few signs as say enough: <c>12 ms</c>, <c>0.84 s</c>, <c>4.3 s</c>, <c>3 min</c>, <c>2 h 5 min</c>.</summary>
internal static class Durations
{
    public static string Short(TimeSpan? span) => span is { } s ? Short(s) : Figures.Unknown;

    public static string Short(TimeSpan span)
    {
        if (span < TimeSpan.Zero)
        {
            return "−" + Short(span.Negate());
        }

        // The limits are where rounding would show the next unit's first value: 999.6 ms is 1.00 s, not 1000 ms.
        return span.TotalMilliseconds switch
        {
            < 0.95 when span > TimeSpan.Zero => "< 1 ms",
            < 99.5 => Text($"{span.TotalMilliseconds:0} ms"),
            < 9_995 => Text($"{span.TotalSeconds:0.00} s"),
            < 59_500 => Text($"{span.TotalSeconds:0} s"),
            < 3_570_000 => Text($"{span.TotalMinutes:0} min"),
            < 86_370_000 => TwoUnits(span, 60, "h", "min"),
            _ => TwoUnits(span, 1_440, "d", "h"),
        };
    }

    /// <summary>How long ago, in whole units and never in the future: <c>now</c>, <c>14 s ago</c>. The browser counts on in the same words.</summary>
    public static string Ago(TimeSpan age) => age.TotalSeconds switch
    {
        < 1 => "now",
        < 60 => Text($"{Math.Floor(age.TotalSeconds):0} s ago"),
        < 3_600 => Text($"{Math.Floor(age.TotalMinutes):0} min ago"),
        < 86_400 => Text($"{Math.Floor(age.TotalHours):0} h ago"),
        _ => Text($"{Math.Floor(age.TotalDays):0} d ago"),
    };

    /// <summary>A count-down: <c>1:12</c>, <c>0:05</c>, <c>1:00:00</c>; never below zero.</summary>
    public static string Clock(TimeSpan left)
    {
        var seconds = (long)Math.Ceiling(Math.Max(0, left.TotalSeconds));
        return seconds < 3_600
            ? Text($"{seconds / 60}:{seconds % 60:00}")
            : Text($"{seconds / 3_600}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }

    private static string TwoUnits(TimeSpan span, int minutesPerLarge, string large, string small)
    {
        var minutes = (long)Math.Round(span.TotalMinutes);
        var rest = minutes % minutesPerLarge;
        var smalls = minutesPerLarge == 60 ? rest : rest / 60;
        return smalls == 0 ? Text($"{minutes / minutesPerLarge} {large}") : Text($"{minutes / minutesPerLarge} {large} {smalls} {small}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
