namespace Kafkadog.Dashboard.Components;

/// <summary>What a panel has to show. Make one with the methods here; add the age with <see cref="At"/>.</summary>
public sealed record PanelState
{
    /// <summary>There is content.</summary>
    public static readonly PanelState Ready = new();

    /// <summary>Nothing is known yet. A grey shape appears after 200 ms, so that quick answers do not flicker.</summary>
    public static readonly PanelState Loading = new() { Kind = PanelStateKind.Loading };

    private PanelState()
    {
    }

    public PanelStateKind Kind { get; private init; }

    /// <summary>Why it is empty, or what failed.</summary>
    public string Text { get; private init; } = "";

    /// <summary>What to do about a failure.</summary>
    public string NextStep { get; private init; } = "";

    /// <summary>After a failure: whether the panel's content is the last good one, to be shown greyed.</summary>
    public bool KeepsContent { get; private init; }

    public DateTimeOffset? UpdatedAt { get; private init; }

    /// <summary>How often the content is renewed; three times as old is too old.</summary>
    public TimeSpan? Interval { get; private init; }

    /// <param name="text">Why there is nothing; the next action goes into the panel's <c>EmptyAction</c>.</param>
    public static PanelState Empty(string text) => new() { Kind = PanelStateKind.Empty, Text = text };

    /// <summary>A filter hides all of <paramref name="total"/>.</summary>
    public static PanelState NoMatch(int total) => new() { Kind = PanelStateKind.NoMatch, Text = $"0 of {Figures.Count(total)} match." };

    /// <param name="what">The call that failed, with the name of its error.</param>
    /// <param name="nextStep">What the reader can do.</param>
    /// <param name="keepsContent">True when the last good content is still there.</param>
    public static PanelState Error(string what, string nextStep, bool keepsContent = false) =>
        new() { Kind = PanelStateKind.Error, Text = what, NextStep = nextStep, KeepsContent = keepsContent };

    /// <summary>The same, as of <paramref name="updatedAt"/>; its age is shown and turns amber at three times <paramref name="interval"/>.</summary>
    public PanelState At(DateTimeOffset updatedAt, TimeSpan interval) => this with { UpdatedAt = updatedAt, Interval = interval };
}

public enum PanelStateKind
{
    Ready,
    Loading,
    Empty,
    NoMatch,
    Error,
}
