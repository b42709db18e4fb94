using System.Globalization;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;

namespace Kafkadog.Dashboard.Story;

public sealed partial class StoryPage
{
    private Guid? orderId;

    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>The record whose bytes are shown, such as <c>orders.v1/2/41</c>.</summary>
    [SupplyParameterFromQuery]
    public string? Record { get; set; }

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    [Inject]
    internal IOptions<DashboardOptions> Options { get; set; } = null!;

    /// <summary>Records appear within 300 ms of their being written, attempts a moment after they ended.</summary>
    protected override TimeSpan Interval => LiveUpdates.ShortestPause;

    /// <summary>An open order gets older without anything happening.</summary>
    protected override bool ShowsAges => View?.Story is { Took: null };

    private RecordAddress? Picked => RecordAddress.Parse(Record);

    public override StoryView MakeView(Observed observed, Moment moment) => StoryView.Of(observed, moment, orderId ?? Guid.Empty);

    protected override void OnParametersSet()
    {
        orderId = Guid.TryParseExact(Id, "D", out var id) ? id : null;
        base.OnParametersSet();
    }

    private static string Percent(double percent) => string.Create(CultureInfo.InvariantCulture, $"{percent:0.##}%");

    private static string After(OrderTale tale)
    {
        var retries = tale.Fold.Retries switch
        {
            0 => "",
            1 => " and one retry",
            2 => " and two retries",
            var many => $" and {many} retries",
        };
        return tale.Took is { } took
            ? $", {(tale.Fold.Status == OrderStatus.Cancelled ? "cancelled" : "completed")} after {Durations.Short(took)}{retries}"
            : $", open for {Durations.Short(tale.SpentIn.Total)}{retries}";
    }

    private void Open(RecordAddress record) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("record", record.ToString()), replace: true);

    private void Close() => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("record", (string?)null), replace: true);
}

/// <summary>A record's place, as it stands in the address of a page.</summary>
public sealed record RecordAddress(Place Place, long Offset)
{
    public static RecordAddress? Parse(string? text) =>
        text?.Split('/') is [{ Length: > 0 } topic, var partition, var offset]
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var o)
            ? new(new Place(topic, p), o)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Place.Topic}/{Place.Partition}/{Offset}");
}
