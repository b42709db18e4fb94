using Kafkadog.Contracts;
using Kafkadog.Dashboard.Components;
using Kafkadog.Dashboard.CreateOrder;
using Kafkadog.Dashboard.Observing;
using Microsoft.AspNetCore.Components;

namespace Kafkadog.Dashboard.Orders;

public sealed partial class OrdersPage
{
    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(250);

    private readonly ListPace pace = new(TimeSpan.FromMilliseconds(500), busyAbove: 10);

    private static readonly DataColumn[] Columns =
    [
        new("id", "Order", Term: "key"),
        new("outcome", "Outcome", Term: "outcome"),
        new("user", "Customer"),
        new("items", "Items"),
        new("total", "Total", Numeric: true),
        new("payment", "Payment"),
        new("inventory", "Inventory"),
        new("retries", "Retries", Numeric: true, Term: "retry"),
        new("took", "Outcome after", Numeric: true),
        new("age", "Placed", Numeric: true),
    ];

    private readonly CancellationTokenSource gone = new();
    private CancellationTokenSource? typing;
    private string typed = "";
    private bool isPlacing;
    private string? placeProblem;

    [SupplyParameterFromQuery]
    public string? Status { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    public string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "retried")]
    public bool? OnlyRetried { get; set; }

    [Inject]
    internal NavigationManager Navigation { get; set; } = null!;

    [Inject]
    internal GatewayClient Gateway { get; set; } = null!;

    [Inject]
    internal TimeProvider Time { get; set; } = null!;

    private OrdersFilter Filter => OrdersFilter.Of(Status, Text, OnlyRetried);

    protected override TimeSpan Interval => pace.Interval;

    public override OrdersView MakeView(Observed observed, Moment moment)
    {
        var view = OrdersView.Of(observed, moment, Filter);
        pace.Measure(view.Rows.Select(r => r.PlacedAt), moment);
        return view;
    }

    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        if (typing is null)
        {
            typed = Text ?? "";
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            typing?.Cancel();
            gone.Cancel();
            gone.Dispose();
        }
    }

    private static IEnumerable<(string Word, OrderStatus? Status, int Count)> Tabs(OrderCounts counts) =>
    [
        ("All", null, counts.All),
        ("Open", OrderStatus.Open, counts.Open),
        ("Completed", OrderStatus.Completed, counts.Completed),
        ("Cancelled", OrderStatus.Cancelled, counts.Cancelled),
        ("Failed", OrderStatus.Failed, counts.Failed),
    ];

    /// <summary>Declined and rejected stand in their own columns already.</summary>
    private static string? OtherCode(OrderRow row) =>
        row.Code is null or CancelCodes.PaymentDeclined or CancelCodes.InventoryRejected ? null : row.Code.Replace('_', ' ').ToLowerInvariant();

    private static string PanelTitle(OrdersView view) =>
        view.Rows.Count == view.Total ? $"{Figures.Count(view.Total)} orders" : $"{Figures.Count(view.Rows.Count)} of {Figures.Count(view.Total)} orders";

    private static PanelState StateOf(OrdersView view) => view switch
    {
        { Rows.Count: > 0 } or { Total: > 0, Kafka.IsUp: true } => view.Rows.Count > 0 ? PanelState.Ready : PanelState.NoMatch(view.Total),
        { Kafka.State: KafkaState.Connecting } => PanelState.Loading,
        { Kafka: { State: KafkaState.Down } kafka } =>
            PanelState.Error(kafka.Problem ?? "Kafka does not answer", "Is the broker running? kafkadog up starts it; this page goes on by itself when it is back."),
        { Total: > 0 } => PanelState.NoMatch(view.Total),
        _ => PanelState.Empty(
            "No orders in the last minutes. The shop is open, nobody has come. The first one you place appears here while the services still work on it."),
    };

    private string AddressOf(OrdersFilter filter) => Navigation.GetUriWithQueryParameters("/orders", new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["status"] = filter.Status?.ToString().ToLowerInvariant(),
        ["q"] = filter.Text.Length == 0 ? null : filter.Text,
        ["retried"] = filter.OnlyRetried ? true : null,
    });

    private void Go(OrdersFilter filter)
    {
        typed = filter.Text;
        Navigation.NavigateTo(AddressOf(filter), replace: true);
    }

    /// <summary>The address follows when the typing rests, so that not every letter makes a view.</summary>
    private async Task SearchAsync(ChangeEventArgs e)
    {
        typed = e.Value?.ToString() ?? "";
        typing?.Cancel();
        using var own = typing = new CancellationTokenSource();
        await Task.Delay(TypingPause, Time, own.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (typing == own)
        {
            typing = null;
            if (!own.IsCancellationRequested)
            {
                Go(Filter with { Text = typed });
            }
        }
    }

    private async Task PlaceSampleAsync()
    {
        if (View?.GatewayUrl is not { } gateway)
        {
            placeProblem = View?.GatewayProblem;
            return;
        }

        (isPlacing, placeProblem) = (true, null);
        try
        {
            var sample = new SampleOrders(Random.Shared.Next()).Next();
            var answer = await Gateway.PlaceAsync(gateway, OrderRequest.Of(sample), Guid.NewGuid().ToString(), gone.Token);
            if (answer.OrderId is { } orderId)
            {
                Navigation.NavigateTo($"/orders/{orderId}");
            }
            else
            {
                placeProblem = $"{answer.Status}: {answer.Problem?.Title} {answer.Problem?.Detail}";
            }
        }
        catch (HttpRequestException e)
        {
            placeProblem = $"The gateway at {gateway} did not answer: {e.Message}";
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The page was left.
        }
        finally
        {
            isPlacing = false;
        }
    }
}
