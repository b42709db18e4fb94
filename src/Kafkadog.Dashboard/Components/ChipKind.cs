namespace Kafkadog.Dashboard.Components;

/// <summary>The vocabulary of status. Each has a colour, a sign and, from the page, a word: never the colour alone.</summary>
public enum ChipKind
{
    /// <summary>Unknown, stale, not available, or nothing to judge.</summary>
    Mute,

    /// <summary>Healthy, stable, completed.</summary>
    Ok,

    /// <summary>Working, pending, assigning.</summary>
    Work,

    /// <summary>Attention: lag rises, retrying, rebalancing, an empty group.</summary>
    Warn,

    /// <summary>Failed, cancelled, down, dead letter.</summary>
    Bad,

    /// <summary>A duplicate.</summary>
    Dup,
}

internal static class ChipKindLook
{
    extension(ChipKind kind)
    {
        public string Css() => kind switch
        {
            ChipKind.Ok => "ok",
            ChipKind.Work => "work",
            ChipKind.Warn => "warn",
            ChipKind.Bad => "bad",
            ChipKind.Dup => "dup",
            _ => "mute",
        };

        public string Sign() => kind switch
        {
            ChipKind.Ok => "✓",
            ChipKind.Work => "◔",
            ChipKind.Warn => "▲",
            ChipKind.Bad => "✕",
            ChipKind.Dup => "×2",
            _ => "?",
        };

        /// <summary>What the sign says to somebody who cannot see it, where no word stands beside it.</summary>
        public string Meaning() => kind switch
        {
            ChipKind.Ok => "fine",
            ChipKind.Work => "in work",
            ChipKind.Warn => "attention",
            ChipKind.Bad => "failed",
            ChipKind.Dup => "duplicate",
            _ => "unknown",
        };
    }
}
