using System.Globalization;
using Kafkadog.Contracts;
using Kafkadog.Dashboard.Asking;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Analytics;

public sealed partial class AnalyticsPage
{
    private static readonly ChartSeries[] OrderSeries = [new("placed", 0), new("completed", 2), new("cancelled", 5)];
    private static readonly ChartSeries[] RevenueSeries = [new("placed", 0), new("completed", 2)];
    private static readonly ChartSeries[] ViewSeries = [new("page views", 4)];

    private static readonly DataColumn[] ProductColumns =
        [new("product", "Product"), new("bar", "Share of the best"), new("pieces", "Pieces", Numeric: true), new("revenue", "Revenue", Numeric: true)];

    private static readonly DataColumn[] PageColumns = [new("page", "Page"), new("bar", "Share of the first"), new("views", "Views", Numeric: true)];

    private static readonly DataColumn[] TotalColumns =
        [new("product", "Product"), new("pieces", "Pieces", Numeric: true), new("revenue", "Revenue", Numeric: true), new("last", "Last ordered")];

    private Answer<TopAnswer> top = Answer<TopAnswer>.None;
    private Answer<PagesAnswer> pages = Answer<PagesAnswer>.None;
    private Answer<Dictionary<string, ProductTotal>> products = Answer<Dictionary<string, ProductTotal>>.None;

    [SupplyParameterFromQuery]
    public string? Period { get; set; }

    [SupplyParameterFromQuery]
    public string? Basis { get; set; }

    protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

    protected override object Question => Asked;

    private AnalyticsQuestion Asked => AnalyticsQuestion.Of(Period, Basis);

    private Answer<TopAnswer> Top => top.To(Asked.TopPath);

    private Answer<PagesAnswer> Pages => pages.To(Asked.PagesPath);

    private PanelState TopState => Top.State(
        t => t.TopProducts.Count > 0 ? null : PanelState.Empty($"No order was {Asked.Basis} {Asked.PeriodWords}."), AtLatest);

    private PanelState PagesState => Pages.State(
        p => p.Pages.Count > 0 ? null : PanelState.Empty($"No page of the shop was viewed {Asked.PeriodWords}. This tells the shop of one:"), AtLatest);

    private PanelState ProductsState => products.State(p => p.Count > 0 ? null : PanelState.Empty("Nothing was ever ordered."), AtLatest);

    private string SendOne =>
        $$"""curl {{View!.GatewayUrl.TrimEnd('/')}}/pageviews -H "Content-Type: application/json" -d '{"page":"/laptop","sessionId":"me"}'""";

    /// <summary>The lines need no service, only Kafka.</summary>
    private PanelState Rates => View is null ? PanelState.Loading : PanelState.Ready;

    private string AsOf => Top switch
    {
        { Value: null } => "",
        { Problem: not null } => $"As of {Moments.Utc(Top.Value.GeneratedAt)}; there is nothing newer.",
        _ when !Viewer.IsLive => $"As of {Moments.Utc(Top.Value.GeneratedAt)}, whatever moment you look at: the service only knows now.",
        _ => $"As of {Moments.Utc(Top.Value.GeneratedAt)}.",
    };

    private IReadOnlyList<ChartPoint> OrderPoints => [.. View!.Buckets.Select(b => new ChartPoint(b.At, [b.Orders, b.Completed, b.Cancelled]))];

    private IReadOnlyList<ChartPoint> RevenuePoints =>
        [.. View!.Buckets.Select(b => new ChartPoint(b.At, [(double)b.PlacedRevenue.ToDecimal(), (double)b.CompletedRevenue.ToDecimal()]))];

    private IReadOnlyList<ChartPoint> ViewPoints => [.. View!.Buckets.Select(b => new ChartPoint(b.At, [b.PageViews]))];

    private List<KeyValuePair<string, ProductTotal>> ProductTotals =>
        [.. (products.Value ?? []).OrderByDescending(p => p.Value.Count).ThenBy(p => p.Key, StringComparer.Ordinal)];

    public override AnalyticsView MakeView(Observed observed, Moment moment) => AnalyticsView.Of(observed, moment);

    protected override object Reason(AnalyticsView view) => (view.Service, view.Progress.Committed);

    protected override async Task AskAsync(AnalyticsView view, CancellationToken cancellationToken)
    {
        var (askTop, askPages, askProducts) = (
            top.AskAsync(Api, view.Service, Asked.TopPath, Time, cancellationToken),
            pages.AskAsync(Api, view.Service, Asked.PagesPath, Time, cancellationToken),
            products.AskAsync(Api, view.Service, "/metrics/products", Time, cancellationToken));
        (top, pages, products) = (await askTop, await askPages, await askProducts);
    }

    private string Link(string name, string value) => Navigation.GetUriWithQueryParameter(name, value);

    private static string NameOf(string productId) => Shop.Products.FirstOrDefault(p => p.ProductId == productId)?.Name ?? Visible.Line(productId, 40);

    private static string Width(long part, long most) => string.Create(CultureInfo.InvariantCulture, $"width:{100.0 * part / Math.Max(1, most):0.#}%");
}
