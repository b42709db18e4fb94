using Kafkadog.Contracts;
using Kafkadog.Dashboard.Asking;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.DeadLetters;

public sealed partial class DeadLettersPage
{
    /// <summary>Text that is not JSON, under a key that is no order.</summary>
    internal const string BreakIt = $"kafkadog produce {Topics.Orders} \"this is not an order\" --key broken";

    private static readonly ChartSeries[] TimelineSeries = [new("poison", 5), new("permanent", 3), new("exhausted", 1), new("retries", 0)];

    private static readonly DataColumn[] CauseColumns =
    [
        new("fingerprint", "Fingerprint"), new("count", "Letters", Numeric: true), new("error", "Error"), new("target", "Group that gave up"),
        new("kinds", "Kinds"), new("statuses", "Now"), new("last", "Last"),
    ];

    private static readonly DataColumn[] LetterColumns =
    [
        new("at", "Failed at"), new("status", "Now"), new("kind", "Kind"), new("target", "Group that gave up"), new("event", "Event"),
        new("key", "Key", Term: "key"), new("error", "Error"), new("from", "Original record"),
    ];

    private Answer<LetterNumbers> numbers = Answer<LetterNumbers>.None;
    private Answer<LetterTimeline> timeline = Answer<LetterTimeline>.None;
    private Answer<IReadOnlyList<LetterCause>> causes = Answer<IReadOnlyList<LetterCause>>.None;
    private Answer<LetterPageAnswer> letters = Answer<LetterPageAnswer>.None;

    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    [SupplyParameterFromQuery]
    public string? Target { get; set; }

    [SupplyParameterFromQuery]
    public string? Fingerprint { get; set; }

    [SupplyParameterFromQuery]
    public string? Kind { get; set; }

    [SupplyParameterFromQuery]
    public string? OrderId { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    protected override object Question => Path;

    private string Path => Filter.Path(LetterFilter.Given(Cursor));

    private Answer<LetterPageAnswer> Letters => letters.To(Path);

    private LetterFilter Filter => new(
        LetterFilter.Given(Status), LetterFilter.Given(Target), LetterFilter.Given(Fingerprint), LetterFilter.Given(Kind), LetterFilter.Given(OrderId));

    private IEnumerable<string> Targets => (numbers.Value?.ByTarget.Keys ?? []).Union(Filter.Target is { } chosen ? [chosen] : []);

    private string? OldestOpen => numbers.Value switch
    {
        null => null,
        { Open: 0 } => "nothing waits for anybody",
        var n => $"the oldest for {Durations.Short(TimeSpan.FromSeconds(n.OldestOpenAgeSeconds))}",
    };

    private PanelState TimelineState => timeline.State(t => t.IsEmpty ? PanelState.Empty("Nothing failed in the last hour.") : null, AtLatest);

    private PanelState CausesState => causes.State(c => c.Count == 0 ? PanelState.Empty("No dead letter, no cause.") : null, AtLatest);

    private PanelState LettersState => Letters.State(
        l => l.Letters.Count > 0 ? null
            : Filter.IsEmpty && Cursor is null ? PanelState.Empty("No record was given up on.")
            : PanelState.NoMatch((int)Math.Min(int.MaxValue, numbers.Value?.Total ?? 0)),
        AtLatest);

    public override DeadLettersView MakeView(Observed observed, Moment moment) => DeadLettersView.Of(observed, moment);

    protected override object Reason(DeadLettersView view) => view.Reason;

    protected override async Task AskAsync(DeadLettersView view, CancellationToken cancellationToken)
    {
        var (askNumbers, askTimeline, askCauses, askLetters) = (
            numbers.AskAsync(Api, view.Service, "/metrics/dlq", Time, cancellationToken),
            timeline.AskAsync(Api, view.Service, "/dlq/timeline?minutes=60", Time, cancellationToken),
            causes.AskAsync(Api, view.Service, "/dlq/fingerprints", Time, cancellationToken),
            letters.AskAsync(Api, view.Service, Path, Time, cancellationToken));
        (numbers, timeline, causes, letters) = (await askNumbers, await askTimeline, await askCauses, await askLetters);
    }

    /// <summary>Another filter begins with its newest page; another page keeps the filter.</summary>
    private string Link(string name, string? value) => Navigation.GetUriWithQueryParameters(
        name == "cursor"
            ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["cursor"] = value }
            : new Dictionary<string, object?>(StringComparer.Ordinal) { [name] = value, ["cursor"] = null });

    private void Go(string parameter, ChangeEventArgs change) =>
        Navigation.NavigateTo(Link(char.ToLowerInvariant(parameter[0]) + parameter[1..], LetterFilter.Given(change.Value as string)));

    private void ClearFilter() => Navigation.NavigateTo("/dlq");
}
