using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Flow;

public sealed partial class FlowPage
{
    private static readonly DataColumn[] Columns =
    [
        new("place", "Partition"), new("start", "Start", Numeric: true, Term: "log-start-offset"), new("end", "End", Numeric: true, Term: "log-end-offset"),
        new("readers", "Groups: committed offset and owner", Term: "committed-offset"),
    ];

    private RecordPlace? opened;
    private Guid? picked;
    private bool isStream;

    [SupplyParameterFromQuery(Name = "view")]
    private string? Form { get; set; }

    [SupplyParameterFromQuery(Name = "group")]
    private string? Group { get; set; }

    [SupplyParameterFromQuery(Name = "order")]
    private string? Order { get; set; }

    private bool IsTable => Form == "table";

    public override FlowView MakeView(Observed observed, Moment moment) => FlowView.Of(observed, moment, Group, IsTable);

    protected override void OnParametersSet()
    {
        picked = Guid.TryParseExact(Order, "D", out var id) ? id : null;
        base.OnParametersSet();
    }

    private static PanelState StateOf(FlowView view) => view.Writers.Count > 0 ? PanelState.Ready
        : view.Kafka.StateOfNothing(PanelState.Empty("No topic is there yet. The services make theirs when they start."));

    private static string Aria(bool isTrue) => isTrue ? "true" : "false";

    private void Set(string name, string? value) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, value), replace: true);
}
