using Kafkadog.Dashboard.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Help;

public sealed partial class HelpPage
{
    private static readonly (ChipKind Kind, string Word, string Meaning)[] Signs =
    [
        (ChipKind.Ok, "completed", "Healthy, stable, done."),
        (ChipKind.Work, "pending", "In work: somebody will go on with it."),
        (ChipKind.Warn, "retrying", "Look here: lag rises, an attempt failed, a group shares out anew."),
        (ChipKind.Bad, "failed", "Failed, cancelled, down, given up on."),
        (ChipKind.Dup, "read twice", "The same event a second time."),
        (ChipKind.Mute, "unknown", "Not known, not there, or nothing to judge."),
    ];

    private IReadOnlyList<GlossarySection> found = [];

    [SupplyParameterFromQuery(Name = "q")]
    public string? Search { get; set; }

    [Inject]
    public IOptions<DashboardOptions> Options { get; set; } = null!;

    [Inject]
    public NavigationManager Navigation { get; set; } = null!;

    protected override void OnParametersSet() => found = GlossarySearch.Find(Search);

    private void Show(string? words) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("q", words), replace: true);
}
