using System.Reflection;
using Kafkadog.Broker.Server;
using Xunit.Sdk;
using Xunit.v3;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Runs a theory once for every version of an API that this broker serves.</summary>
/// <param name="api">Kafka's name of the API.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class VersionsAttribute(string api) : DataAttribute
{
    /// <summary>Leaves out the versions below.</summary>
    public short From { get; init; }

    /// <summary>Leaves out the versions above.</summary>
    public short To { get; init; } = short.MaxValue;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        var served = new ApiTable().All.Single(one => one.Schema.Name == api);
        var (first, last) = (Math.Max(served.Lowest, From), Math.Min(served.Highest, To));
        return new([.. Enumerable.Range(first, last - first + 1).Select(version => new TheoryDataRow((short)version))]);
    }

    public override bool SupportsDiscoveryEnumeration() => true;
}
