using System.Globalization;
using System.Xml;

namespace Kafkadog.Commands.KafkaTools;

/// <summary>What one flag of a tool becomes.</summary>
/// <param name="Takes">Whether the word after it belongs to it.</param>
/// <param name="Words">The words it becomes, by its value.</param>
/// <param name="Removes">A word of the action that it takes away.</param>
internal sealed record KafkaToolFlag(KafkaToolFlag.Argument Takes, Func<string, string[]> Words, string? Removes = null)
{
    internal enum Argument
    {
        None,

        /// <summary>The next word, unless it is a flag.</summary>
        Optional,

        Required,
    }

    public static KafkaToolFlag Value(Func<string, string[]> words) => new(Argument.Required, words);

    public static KafkaToolFlag Switch(params string[] words) => new(Argument.None, _ => words);

    public static KafkaToolFlag Without(string word) => new(Argument.None, _ => [], word);

    /// <summary>A flag of what is shown anyway.</summary>
    public static KafkaToolFlag Ignored(Argument takes = Argument.None) => new(takes, _ => []);

    /// <summary>Takes <c>k1=v1,k2=[a,b],k3=v3</c> apart: commas within brackets belong to the value.</summary>
    public static IEnumerable<string> Split(string pairs)
    {
        var (from, depth) = (0, 0);
        for (var at = 0; at < pairs.Length; at++)
        {
            depth += pairs[at] switch { '[' => 1, ']' => -1, _ => 0 };
            if (pairs[at] == ',' && depth == 0)
            {
                yield return pairs[from..at].Trim();
                from = at + 1;
            }
        }

        yield return pairs[from..].Trim();
    }

    /// <summary>The moment so long ago, from a duration as ISO 8601 writes it: <c>PT1H</c>.</summary>
    public static string Before(string duration)
    {
        try
        {
            return (DateTimeOffset.UtcNow - XmlConvert.ToTimeSpan(duration)).ToString("O", CultureInfo.InvariantCulture);
        }
        catch (FormatException)
        {
            throw new CommandFailure(ExitCodes.Usage, $"'{Terminal.Printable(duration)}' is not a duration", "write it as ISO 8601 does, for example PT1H30M or P1D");
        }
    }

    /// <summary>The brackets around a list are the tool's; those around a password belong to it.</summary>
    public static string Unbracket(string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var value = pair[(equals + 1)..];
        return value is ['[', .., ']'] && !pair.StartsWith("SCRAM-", StringComparison.OrdinalIgnoreCase) ? pair[..(equals + 1)] + value[1..^1] : pair;
    }
}
