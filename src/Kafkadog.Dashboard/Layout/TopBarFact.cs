using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Layout;

/// <summary>One chip of the top bar, such as <c>broker on 127.0.0.1:9092</c>.</summary>
/// <param name="Detail">What a narrow window leaves out.</param>
public sealed record TopBarFact(ChipKind Kind, string Text, string? Detail = null);
