using System.Globalization;
using System.Text;

namespace Kafkadog.Dashboard.Components;

/// <summary>
/// The geometry of a spark line: zero at the bottom, the highest value at the top. In whole steps and relative, because a page has
/// a dozen of them that change every second: a group without lag is a few characters.
/// </summary>
internal static class SparkLine
{
    public const int Height = 30;

    private const int Bottom = 28;
    private const int Rise = 25;

    /// <summary>An SVG path, one unit wide between two values; null when there are fewer than two: one is no trend.</summary>
    public static string? Path(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return null;
        }

        var max = Math.Max(values.Max(), double.Epsilon);
        var y = At(0);
        var path = new StringBuilder().Append(CultureInfo.InvariantCulture, $"M0 {y}");
        for (var i = 1; i < values.Count;)
        {
            var next = At(i);
            var flat = 0;
            while (i < values.Count && At(i) == y)
            {
                (flat, i) = (flat + 1, i + 1);
            }

            if (flat > 0)
            {
                path.Append(CultureInfo.InvariantCulture, $"h{flat}");
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"l1 {next - y}");
            (y, i) = (next, i + 1);
        }

        return path.ToString();

        int At(int i) => (int)Math.Round(Bottom - (Rise * Math.Max(0, values[i]) / max));
    }
}
