using Kafkadog.Contracts;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Events;

/// <summary>Which records the journal shows, as the page's address says it.</summary>
/// <param name="Type">An event type, or <see cref="NoEvent"/>.</param>
/// <param name="Text">Looked for in key, type, group, error and problem, whatever the case.</param>
/// <param name="OnlyFailures">Retries, dead letters and records that are no event. A cancelled order is none: it is a result.</param>
public sealed record EventFilter(string? Topic = null, string? Type = null, string? Text = null, bool OnlyFailures = false)
{
    public const string NoEvent = "none";

    public static readonly EventFilter None = new();

    public bool IsEmpty => this == None;

    public static EventFilter Of(string? topic, string? type, string? text, bool onlyFailures) =>
        new(Given(topic), Given(type), Given(text)?.Trim(), onlyFailures);

    public bool Matches(ObservedRecord record) =>
        (Topic is null || record.Topic == Topic)
        && (Type is null || (Type == NoEvent ? record.Type is null : record.Type == Type))
        && (!OnlyFailures || IsFailure(record))
        && (Text is null || Contains(record.Key) || Contains(record.Type) || Contains(record.Problem)
            || Contains(record.Failure?.Error) || Contains(record.Failure?.Target) || Contains(record.Source));

    public static bool IsFailure(ObservedRecord record) => record.Problem is not null || record.Type is null or nameof(OrderRetry) or nameof(OrderDLQ);

    private bool Contains(string? text) => text?.Contains(Text!, StringComparison.OrdinalIgnoreCase) == true;

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
