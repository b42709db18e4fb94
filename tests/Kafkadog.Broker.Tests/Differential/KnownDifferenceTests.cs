using System.Reflection;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

public sealed class KnownDifferenceTests
{
    public static TheoryData<string> Rows() => new(typeof(Known).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetValue(null)).OfType<KnownDifference>().Append(Known.ControllerPort(2)).Select(known => known.Row).Distinct());

    [Theory]
    [MemberData(nameof(Rows))]
    public void Difference_that_is_meant_has_its_row_in_the_list_of_deviations(string row)
    {
        var lines = File.ReadLines(Path.Combine(SharedFolder.Checkout, "docs", "deviations.md"));
        Assert.Contains(lines, line => line.StartsWith($"| {row}", StringComparison.Ordinal));
    }
}
