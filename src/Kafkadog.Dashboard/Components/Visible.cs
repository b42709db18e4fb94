using System.Globalization;
using System.Text;

namespace Kafkadog.Dashboard.Components;

/// <summary>
/// Text from outside, made fit to be looked at. Razor keeps it from being markup; this keeps it from lying: what is invisible, ends
/// a line or turns the reading direction is shown as what it is.
/// </summary>
public static class Visible
{
    private const int ControlPictures = 0x2400;
    private const int Delete = 0x7f;

    /// <summary>In one line: ends of lines are shown too, and what is longer than <paramref name="most"/> characters is cut.</summary>
    public static string Line(string? text, int most = 200) => Show(text, most, keepsLines: false);

    /// <summary>With its lines and tabs; what is longer than <paramref name="most"/> characters is cut.</summary>
    public static string Block(string? text, int most = 64 * 1024) => Show(text, most, keepsLines: true);

    /// <summary>Whether the text looks like what it is, and is short enough for one line.</summary>
    public static bool IsPlain(string text) => string.Equals(Line(text), text, StringComparison.Ordinal);

    private static string Show(string? text, int most, bool keepsLines)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var shown = new StringBuilder(Math.Min(text.Length, most) + 8);
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (++count > most)
            {
                return shown.Append('…').ToString();
            }

            if (keepsLines && rune.Value is '\n' or '\t' || !IsHidden(rune))
            {
                shown.Append(rune);
            }
            else if (!keepsLines || rune.Value != '\r')
            {
                shown.Append(Sign(rune));
            }
        }

        return shown.ToString();
    }

    /// <summary>Controls, marks of direction, characters without width, other ends of lines, and the letters that are blank.</summary>
    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        || rune.Value is 0x115f or 0x1160 or 0x2800 or 0x3164 or 0xffa0;

    private static string Sign(Rune rune) => rune.Value switch
    {
        < ' ' => ((char)(ControlPictures + rune.Value)).ToString(),
        Delete => "␡",
        _ => string.Create(CultureInfo.InvariantCulture, $"⟨U+{rune.Value:X4}⟩"),
    };
}
