using System.Globalization;
using System.Text.RegularExpressions;

namespace Kafkadog.Dashboard.Tests.Look;

/// <summary>The colour tokens as the style sheet has them, and WCAG's contrast of two of them.</summary>
internal sealed partial class StyleSheet
{
    private readonly Dictionary<string, string> tokens;

    private StyleSheet(Dictionary<string, string> tokens) => this.tokens = tokens;

    public static string Text { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "look", "kafkadog.css"));

    public static StyleSheet Light { get; } = Read(":root {");

    public static StyleSheet Dark { get; } = Read(":root[data-theme=\"dark\"] {");

    public static StyleSheet Theme(string name) => name == "dark" ? Dark : Light;

    public IEnumerable<string> Names => tokens.Keys;

    public double Contrast(string ink, string ground) => Contrast(Rgb(ink), Rgb(ground));

    /// <summary>The contrast of <paramref name="ink"/> on <paramref name="share"/> of one token mixed into another, as color-mix does it.</summary>
    public double ContrastOnMix(string ink, string colour, double share, string into) =>
        Contrast(Rgb(ink), [.. Rgb(colour).Zip(Rgb(into), (a, b) => Math.Round((a * share) + (b * (1 - share))))]);

    private static double Contrast(double[] one, double[] other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(double[] rgb)
    {
        var linear = rgb.Select(c => c / 255).Select(c => c <= 0.03928 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4)).ToArray();
        return (0.2126 * linear[0]) + (0.7152 * linear[1]) + (0.0722 * linear[2]);
    }

    private double[] Rgb(string token)
    {
        var hex = tokens[token];
        return [.. Enumerable.Range(0, 3).Select(i => (double)int.Parse(hex.AsSpan(i * 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
    }

    private static StyleSheet Read(string selector)
    {
        var start = Text.IndexOf(selector, StringComparison.Ordinal);
        var block = Text[start..Text.IndexOf('}', start)];
        return new(Token().Matches(block).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal));
    }

    [GeneratedRegex("--([a-z0-9-]+): #([0-9a-f]{6});")]
    private static partial Regex Token();
}
