using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Kafkadog.Dashboard.Story;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Events;

public sealed partial class EventsPage
{
    private readonly ListPace pace = new(TimeSpan.FromMilliseconds(200), busyAbove: 50);
    private EventsView? rowsOf;
    private List<ObservedRecord> rows = [];

    [SupplyParameterFromQuery]
    public string? Topic { get; set; }

    [SupplyParameterFromQuery]
    public string? Type { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    public string? Text { get; set; }

    [SupplyParameterFromQuery]
    public bool? Failures { get; set; }

    [SupplyParameterFromQuery]
    public string? Record { get; set; }

    [Inject]
    public NavigationManager Navigation { get; set; } = null!;

    protected override TimeSpan Interval => pace.Interval;

    private EventFilter Filter => EventFilter.Of(Topic, Type, Text, Failures == true);

    private RecordAddress? Picked => RecordAddress.Parse(Record);

    private string Counts => $"{Figures.Count(View!.Matching)} of {Figures.Count(View.Remembered)} records";

    /// <summary>While live, the first scroll holds the page, so that rows do not run away from who reads them.</summary>
    private EventCallback<EventArgs> OnScroll =>
        Viewer.IsLive ? EventCallback.Factory.Create<EventArgs>(this, () => Viewer.LookAt(Observation.Now)) : default;

    private PanelState State => View switch
    {
        { Rows.Count: > 0 } => PanelState.Ready,
        { Remembered: > 0 } => PanelState.NoMatch(View.Remembered),
        { Kafka.State: KafkaState.Connecting } => PanelState.Loading,
        { Kafka: { State: KafkaState.Down, Problem: var problem } } =>
            PanelState.Error(problem ?? "Kafka does not answer.", "It is asked again by itself every second; look at the Instances page if this lasts."),
        { Kafka.State: KafkaState.WaitingForTopics } => PanelState.Empty("The shop's topics are not there yet. They are made when the services start."),
        _ => PanelState.Empty("No record was written in the last minutes."),
    };

    /// <summary>Virtualize wants a collection it could change, and the same one as long as nothing changed.</summary>
    private List<ObservedRecord> Rows
    {
        get
        {
            if (!ReferenceEquals(rowsOf, View))
            {
                (rowsOf, rows) = (View, [.. View!.Rows]);
            }

            return rows;
        }
    }

    public override EventsView MakeView(Observed observed, Moment moment)
    {
        var view = EventsView.Of(observed, moment, Filter);
        pace.Measure(view.Rows.Select(r => r.At), moment);
        return view;
    }

    private static RecordAddress AddressOf(ObservedRecord record) => new(record.Place, record.Offset);

    private string Link(string name, string? value) => Navigation.GetUriWithQueryParameter(name, string.IsNullOrEmpty(value) ? null : value);

    private void Go(string name, string? value, bool replace = false) => Navigation.NavigateTo(Link(name, value), replace: replace);

    private void ClearFilter() => Navigation.NavigateTo("/events");

    private void Toggle() => Viewer.LookAt(Viewer.IsLive ? Observation.Now : null);

    private static string ProblemOf(ObservedRecord record) => record switch
    {
        { Problem: { } problem } => problem,
        { Failure: { Kind: { } kind } failure } => $"{failure.Target} gave up ({kind}): {failure.Error}",
        { Failure: { } failure } => $"{failure.Target}, attempt {failure.Attempt} is due: {failure.Error}",
        _ => "",
    };
}
