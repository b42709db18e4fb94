using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>One field that differs.</summary>
internal sealed record Difference(string Path, string Ours, string Theirs)
{
    public override string ToString() => $"{Path}\n    here:         {Ours}\n    Apache Kafka: {Theirs}";
}

/// <summary>Holds two transcripts against each other, field by field.</summary>
internal static class Comparison
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static List<Difference> Of(IReadOnlyList<(string Label, JsonNode? Answer)> ours, IReadOnlyList<(string Label, JsonNode? Answer)> theirs)
    {
        var differences = new List<Difference>();
        for (var step = 0; step < Math.Max(ours.Count, theirs.Count); step++)
        {
            var label = (step < ours.Count ? ours : theirs)[step].Label;
            Compare(Path(step, label), step < ours.Count ? ours[step].Answer : "no such step", step < theirs.Count ? theirs[step].Answer : "no such step", differences);
        }

        return differences;
    }

    /// <summary>The differing fields, then both answers of every step that differs.</summary>
    public static string Describe(
        IReadOnlyList<Difference> differences, IReadOnlyList<(string Label, JsonNode? Answer)> ours, IReadOnlyList<(string Label, JsonNode? Answer)> theirs)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"{differences.Count} fields differ:").AppendJoin('\n', differences).AppendLine();
        for (var step = 0; step < Math.Max(ours.Count, theirs.Count); step++)
        {
            var path = Path(step, (step < ours.Count ? ours : theirs)[step].Label);
            if (differences.Any(difference => difference.Path.StartsWith(path, StringComparison.Ordinal)))
            {
                text.AppendLine().AppendLine(path).AppendLine("here:").AppendLine(Show(ours, step)).AppendLine("Apache Kafka:").AppendLine(Show(theirs, step));
            }
        }

        return text.ToString();
    }

    private static string Path(int step, string label) => $"{step + 1} {label}";

    private static string Show(IReadOnlyList<(string Label, JsonNode? Answer)> transcript, int step) =>
        step < transcript.Count ? transcript[step].Answer?.ToJsonString(s_readable) ?? "null" : "no such step";

    private static void Compare(string path, JsonNode? ours, JsonNode? theirs, List<Difference> differences)
    {
        switch (ours, theirs)
        {
            case (JsonObject one, JsonObject other):
                foreach (var name in one.Select(field => field.Key).Union(other.Select(field => field.Key)))
                {
                    Compare($"{path}.{name}", one[name], other[name], differences);
                }

                break;
            case (JsonArray one, JsonArray other) when one.Count == other.Count:
                for (var at = 0; at < one.Count; at++)
                {
                    Compare($"{path}[{at}]", one[at], other[at], differences);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(ours, theirs))
                {
                    differences.Add(new Difference(path, Short(ours), Short(theirs)));
                }

                break;
        }
    }

    private static string Short(JsonNode? node) => node?.ToJsonString(new JsonSerializerOptions { Encoder = s_readable.Encoder }) ?? "null";
}
