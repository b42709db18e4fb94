using System.Text.Json;

namespace Kafkadog.Messaging.Faults;

/// <summary>What one delivery suffers, in each of its tries in place.</summary>
public sealed class InjectedFault(int id, FaultSpec spec, TimeProvider time)
{
    /// <exception cref="InjectedFaultException">The fault is to fail, not to slow.</exception>
    public async ValueTask SufferAsync(CancellationToken cancellationToken)
    {
        if (spec.Mode == FaultSpec.Throw)
            throw new InjectedFaultException(id, spec);

        await Task.Delay(spec.DelayBy, time, cancellationToken);
    }
}

/// <summary>A failure on purpose. Its text says so, wherever it turns up.</summary>
public sealed class InjectedFaultException(int id, FaultSpec spec)
    : Exception($"injected fault {id}: {(spec.IsPermanent ? "permanent" : "transient")} failure at {FaultNames.Of(spec.Point)}")
{
    public bool IsPermanent => spec.IsPermanent;
}

/// <summary>The names that people use: <c>before-handler</c> for <see cref="FaultPoint.BeforeHandler"/>.</summary>
public static class FaultNames
{
    public static string Of(FaultPoint point) => JsonNamingPolicy.KebabCaseLower.ConvertName(point.ToString());
}
