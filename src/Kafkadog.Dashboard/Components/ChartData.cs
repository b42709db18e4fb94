namespace Kafkadog.Dashboard.Components;

/// <summary>One line of a chart.</summary>
/// <param name="Colour">0 to 7.</param>
public sealed record ChartSeries(string Name, int Colour);

/// <summary>One moment of a chart.</summary>
/// <param name="Values">One per series, in their order; null where nobody measured.</param>
public sealed record ChartPoint(DateTimeOffset At, IReadOnlyList<double?> Values);

/// <summary>A moment worth a line across the chart, such as a rebalance.</summary>
public sealed record ChartMark(DateTimeOffset At, string Text);
