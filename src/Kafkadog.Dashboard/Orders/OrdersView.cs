using Kafkadog.Contracts;
using Kafkadog.Dashboard.CreateOrder;
using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Orders;

/// <summary>The orders of the last minutes at one moment, newest first.</summary>
/// <param name="Counts">By status, of those that match the rest of the filter.</param>
/// <param name="Total">Before any filter.</param>
/// <param name="Forgotten">Orders that are not in the list for lack of room.</param>
public sealed record OrdersView(
    Equatable<OrderRow> Rows, OrderCounts Counts, int Total, long Forgotten, KafkaStatus Kafka, string? GatewayUrl, string? GatewayProblem)
{
    public static OrdersView Of(Observed observed, Moment moment, OrdersFilter filter)
    {
        var all = observed.Orders.NewestFirst.Where(s => moment.IsNow || s.FirstAt <= moment.Time).Select(s => OrderRow.Of(s, moment)).ToList();
        var searched = all.Where(r => filter.MatchesText(r) && (!filter.OnlyRetried || r.Retries > 0)).ToList();
        var gateway = CreateOrderView.Of(observed);
        return new(
            searched.Where(filter.Matches).ToEquatable(), OrderCounts.Of(searched), all.Count, observed.Orders.Forgotten, observed.Kafka, gateway.GatewayUrl, gateway.Problem);
    }
}

public sealed record OrderCounts(int All, int Open, int Completed, int Cancelled, int Failed)
{
    public static OrderCounts Of(IReadOnlyCollection<OrderRow> rows) => new(
        rows.Count,
        rows.Count(r => r.Status == OrderStatus.Open),
        rows.Count(r => r.Status == OrderStatus.Completed),
        rows.Count(r => r.Status == OrderStatus.Cancelled),
        rows.Count(r => r.Status == OrderStatus.Failed));
}

/// <summary>One line of the list.</summary>
/// <param name="User">Empty while only answers to the order were seen.</param>
/// <param name="Items">Such as <c>Laptop × 1, Speaker × 2</c>.</param>
/// <param name="Took">From OrderPlaced to the outcome; null while there is none.</param>
/// <param name="Code">Why it was cancelled.</param>
public sealed record OrderRow(
    Guid OrderId,
    int Colour,
    string User,
    string Items,
    string ProductIds,
    Money? Total,
    PaymentStage Payment,
    InventoryStage Inventory,
    OrderStatus Status,
    string? Code,
    int Retries,
    DateTimeOffset PlacedAt,
    TimeSpan? Took)
{
    public string Id => OrderId.ToString();

    public static OrderRow Of(OrderStory story, Moment moment)
    {
        var fold = OrderFold.Of(moment.IsNow ? story.Records : story.Records.Where(r => r.At <= moment.Time));
        var placedAt = fold.PlacedAt ?? story.FirstAt;
        return new(
            story.OrderId,
            KeyColour.Of(story.OrderId.ToString()),
            story.Placed?.UserId ?? "",
            string.Join(", ", (story.Placed?.Items ?? []).Select(l => $"{NameOf(l)} × {l.Quantity}")),
            string.Join(' ', (story.Placed?.Items ?? []).Select(l => l.ProductId)),
            story.Placed?.Total,
            fold.Payment,
            fold.Inventory,
            fold.Status,
            fold.Status == OrderStatus.Cancelled ? story.Code : null,
            fold.Retries,
            placedAt,
            fold.OutcomeAt is { } end ? end > placedAt ? end - placedAt : TimeSpan.Zero : null);
    }

    public static string NameOf(OrderLine line) =>
        line.Name ?? Shop.Products.FirstOrDefault(p => p.ProductId == line.ProductId)?.Name ?? line.ProductId;
}
