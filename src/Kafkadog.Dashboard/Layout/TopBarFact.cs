using Kafkadog.Dashboard.Components;

namespace Kafkadog.Dashboard.Layout;

/// <summary>One chip of the top bar, such as <c>broker on 127.0.0.1:9092</c>.</summary>
public sealed record TopBarFact(ChipKind Kind, string Text);
