using System.Globalization;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Rebalances;

/// <summary>Which group is shown and which rebalance is open are in the address, so that both can be linked to.</summary>
public sealed partial class RebalancesPage
{
    private static readonly Equatable<GroupNow> NoGroups = new([]);

    private static readonly DataColumn[] Columns =
    [
        new("group", "Group"),
        new("state", "State"),
        new("generation", "Generation", Numeric: true, Term: "generation"),
        new("since", "Since"),
        new("members", "Members", Term: "member"),
        new("owners", "Partitions and their owners", Term: "assignment"),
    ];

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    [Inject]
    internal IOptions<DashboardOptions> Options { get; set; } = null!;

    /// <summary>Only this group's history.</summary>
    [SupplyParameterFromQuery(Name = "group")]
    public string? Group { get; set; }

    /// <summary>The id of the rebalance whose details are open.</summary>
    [SupplyParameterFromQuery(Name = "rebalance")]
    public string? Picked { get; set; }

    /// <summary>The picked group alone, so that its history is in sight; all where there is no such group.</summary>
    private IReadOnlyList<GroupNow> Shown => View?.Groups.Where(g => g.Name == Group).ToList() is { Count: > 0 } picked ? picked : View?.Groups ?? NoGroups;

    private PanelState AssignmentsState => View switch
    {
        null => PanelState.Loading,
        { Groups.Count: 0 } => View.Kafka.StateOfNothing(PanelState.Empty("No consumer group yet. Groups appear when the services have joined theirs.")),
        _ => PanelState.Ready,
    };

    private PanelState HistoryState => View switch
    {
        null => PanelState.Loading,
        { Total: > 0 } => PanelState.Ready,
        _ when Group is { Length: > 0 } => PanelState.NoMatch(View.Groups.Count),
        _ => View.Kafka.StateOfNothing(PanelState.Empty("No rebalance is remembered. One happens whenever a member joins, leaves or dies.")),
    };

    public override RebalanceView MakeView(Observed observed, Moment moment) =>
        RebalanceView.Of(observed, moment, Group is { Length: > 0 } group ? group : null) with { Kafka = observed.Kafka };

    private static string Counted(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private string HrefOfGroup(string? group) => Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["group"] = group == Group ? null : group, ["rebalance"] = null });

    private void ShowGroup(string? group) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { ["group"] = group is { Length: > 0 } ? group : null, ["rebalance"] = null }));

    private void Toggle(string id) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("rebalance", id == Picked ? null : id), replace: true);

    private static RenderFragment StateOf(GroupNow group) => builder =>
    {
        var (kind, word) = group switch
        {
            { IsSettled: false } or { UnderWay: not null } => (ChipKind.Warn, "rebalancing"),
            { Members.Count: 0 } => (ChipKind.Warn, "empty"),
            _ => (ChipKind.Ok, "stable"),
        };
        builder.OpenComponent<Chip>(0);
        builder.AddComponentParameter(1, nameof(Chip.Kind), kind);
        builder.AddComponentParameter(2, nameof(Chip.ChildContent), (RenderFragment)(b => b.AddContent(0, word)));
        builder.CloseComponent();
    };
}
