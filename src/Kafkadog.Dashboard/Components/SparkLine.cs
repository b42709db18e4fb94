using System.Globalization;
using System.Text;

namespace Kafkadog.Dashboard.Components;

/// <summary>The geometry of a spark line in a box of 84 by 30: zero at the bottom, the highest value at the top.</summary>
internal static class SparkLine
{
    /// <summary>Null when there are fewer than two values: one is no trend.</summary>
    public static string? Points(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
        {
            return null;
        }

        var max = Math.Max(values.Max(), double.Epsilon);
        var text = new StringBuilder();
        for (var i = 0; i < values.Count; i++)
        {
            var x = i * 84.0 / (values.Count - 1);
            var y = 28 - (25 * Math.Max(0, values[i]) / max);
            text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : " ")}{x:0.0},{y:0.0}");
        }

        return text.ToString();
    }
}
