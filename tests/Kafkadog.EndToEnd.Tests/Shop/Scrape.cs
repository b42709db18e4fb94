using System.Globalization;
using System.Text.RegularExpressions;

namespace Kafkadog.EndToEnd.Tests.Shop;

/// <summary>What <c>/metrics</c> says, in the text format of Prometheus.</summary>
internal sealed partial class Scrape(string text)
{
    public IReadOnlyList<Sample> Samples { get; } =
    [
        .. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line =>
        {
            var match = Line().Match(line);
            Assert.True(match.Success, line);
            return new Sample(
                match.Groups["name"].Value,
                Label().Matches(match.Groups["labels"].Value).ToDictionary(l => l.Groups["label"].Value, l => l.Groups["text"].Value, StringComparer.Ordinal),
                double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
        }),
    ];

    public static async Task<Scrape> OfAsync(HttpClient service) =>
        new(await service.GetStringAsync("/metrics", TestContext.Current.CancellationToken));

    /// <summary>The sum over every series with these labels.</summary>
    public double Sum(string name, params (string Key, string Value)[] labels) => Samples
        .Where(s => s.Name == name && labels.All(l => s.Labels.TryGetValue(l.Key, out var value) && value == l.Value))
        .Sum(s => s.Value);

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>\S+)( \d+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    [GeneratedRegex(@"(?<label>\w+)=""(?<text>([^""\\]|\\.)*)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Label();

    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);
}
