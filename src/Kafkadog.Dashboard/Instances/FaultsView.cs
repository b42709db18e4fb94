using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Layout;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Instances;

/// <summary>The faults that are switched on, always as of now: a fault is no less on while the reader looks at the past.</summary>
/// <param name="Ended">Used up or expired a short while ago.</param>
/// <param name="Services">The roles that can be asked, and how many instances of each answer.</param>
public sealed record FaultsView(Equatable<FaultShown> Active, Equatable<ActiveFault> Ended, Equatable<FaultService> Services)
{
    private const int MostEnded = 3;

    public static FaultsView Of(Observed observed, DateTimeOffset now)
    {
        var faults = ActiveFault.Of(observed.Faults, now);
        return new(
            faults.Where(f => f.IsActive).Select(f => new FaultShown(f, Durations.Clock(f.ExpiresAt - now))).ToEquatable(),
            faults.Where(f => !f.IsActive).Take(MostEnded).ToEquatable(),
            observed.Instances.Where(i => i.IsService).GroupBy(i => i.Role, StringComparer.Ordinal)
                .Select(r => new FaultService(r.Key, r.Count(i => i.Answers))).ToEquatable());
    }

    /// <summary>One line each, for the ribbon on every page.</summary>
    public IReadOnlyList<FaultLine> Lines() => [.. Active.Select(a => new FaultLine(
        a.Fault.Id,
        string.Join(" · ", new[] { a.Fault.Words, a.Fault.Remaining is { } left ? FormattableString.Invariant($"{left} left") : null, $"ends in {a.Clock}" }.OfType<string>())))];
}

/// <param name="Clock">Until it ends by itself.</param>
public sealed record FaultShown(ActiveFault Fault, string Clock);

public sealed record FaultService(string Role, int Answering);
