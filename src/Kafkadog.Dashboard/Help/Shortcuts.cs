namespace Kafkadog.Dashboard.Help;

/// <summary>The keyboard shortcuts, for the help page; <c>kafkadog.js</c> listens to them, and a test compares the two.</summary>
internal static class Shortcuts
{
    public static IReadOnlyList<Shortcut> All { get; } =
    [
        new(["g", "o"], "Overview", "/"),
        new(["g", "n"], "Place a new order", "/order"),
        new(["g", "l"], "Orders", "/orders"),
        new(["g", "f"], "Live flow", "/flow"),
        new(["g", "i"], "Instances", "/instances"),
        new(["g", "r"], "Rebalances", "/rebalances"),
        new(["g", "d"], "Dead letters", "/dlq"),
        new(["g", "a"], "Analytics", "/analytics"),
        new(["g", "e"], "Events", "/events"),
        new(["g", "h"], "Glossary", "/help"),
        new(["/"], "To the page's search"),
        new(["Space"], "Pause, and go on live; when no button or field has the focus"),
        new(["?"], "This help", "/help"),
        new(["Esc"], "Close the details, an explanation or the menu"),
    ];
}

/// <param name="Keys">Pressed one after the other.</param>
/// <param name="Path">Where it leads, for those that lead somewhere.</param>
internal sealed record Shortcut(IReadOnlyList<string> Keys, string What, string? Path = null);
