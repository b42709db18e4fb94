namespace Kafkadog.Dashboard.Layout;

/// <summary>One line of the ribbon.</summary>
/// <param name="Id">Unique among all faults of all instances.</param>
/// <param name="Text">What fails, how often still, and when it ends by itself.</param>
public sealed record FaultLine(string Id, string Text);
