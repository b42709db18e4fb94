namespace Kafkadog.Dashboard.Components;

/// <summary>What was counted in one minute.</summary>
/// <param name="At">Its start.</param>
/// <param name="Counts">One per series, in their order.</param>
public sealed record CountPoint(DateTimeOffset At, IReadOnlyList<long> Counts);
