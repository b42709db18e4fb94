using System.Text.RegularExpressions;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>A difference that is meant: the fields, and the row of docs/deviations.md that says why.</summary>
/// <param name="Row">How the row begins.</param>
/// <param name="Fields">The paths of the fields: <c>*</c> stands for anything.</param>
internal sealed record KnownDifference(string Row, params string[] Fields)
{
    public bool Covers(Difference difference) => Fields.Any(field =>
        Regex.IsMatch(difference.Path, $"^{Regex.Escape(field).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
}
