using Kafkadog.Contracts;

namespace Kafkadog.Services.Inventory;

internal enum ReservationStatus
{
    Reserved,
    Rejected,
    Released,
    Committed,

    /// <summary>The order was cancelled before its stock was reserved: a reservation that arrives later must not happen.</summary>
    Blocked,
}

/// <summary>One reservation; the order's id is its key.</summary>
/// <param name="Lines">Quantity by product, each product once, in the order of product ids.</param>
internal sealed record ReservationRow(Guid OrderId, ReservationStatus Status, IReadOnlyList<StockLine> Lines);

internal sealed record StockLine(string ProductId, int Quantity);

/// <summary>A change to the stock of one product; the three counts change together or not at all.</summary>
internal readonly record struct StockChange(string ProductId, int Available, int Reserved, int Committed);

/// <summary>The rules of the inventory service.</summary>
internal static class Reservations
{
    internal readonly record struct Step(
        ReservationRow? Row,
        IOrderEvent? Published = null,
        IReadOnlyList<StockChange>? Changes = null);

    /// <summary>Sums duplicate lines. Locks are taken in this order, so two reservations cannot wait for each other.</summary>
    public static IReadOnlyList<StockLine> Lines(OrderPlaced order) =>
    [
        .. order.Items
            .GroupBy(i => i.ProductId, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new StockLine(g.Key, (int)Math.Min(int.MaxValue, g.Sum(i => (long)i.Quantity)))),
    ];

    /// <param name="available">Stock by product for the lines of an order not seen before; a missing product is unknown.</param>
    /// <param name="refusal">Why nothing may be reserved although there is enough.</param>
    public static Step Decide(
        ReservationRow? known,
        IOrderEvent received,
        IReadOnlyDictionary<string, int> available,
        DateTimeOffset now,
        string? refusal = null) => (known?.Status, received) switch
        {
            (null, OrderPlaced e) when refusal is not null => new(
                new(e.OrderId, ReservationStatus.Rejected, Lines(e)),
                new InventoryRejected(e.OrderId, $"Nothing was reserved ({refusal}).", [], now, InventoryRejectCodes.OutOfStock)),
            (null, OrderPlaced e) => Reserve(e, available, now),
            (null, OrderCancelled e) => new(new(e.OrderId, ReservationStatus.Blocked, [])),
            (ReservationStatus.Blocked, OrderPlaced e) => new(known, new InventoryRejected(
                e.OrderId, "The order was cancelled before its stock was reserved.", [], now, InventoryRejectCodes.OrderAlreadyCancelled)),
            (ReservationStatus.Reserved, OrderCompleted) => new(
                known! with { Status = ReservationStatus.Committed },
                Changes: [.. known.Lines.Select(l => new StockChange(l.ProductId, 0, -l.Quantity, l.Quantity))]),
            (ReservationStatus.Reserved, OrderCancelled e) => new(
                known! with { Status = ReservationStatus.Released },
                new InventoryReleased(e.OrderId, [.. known.Lines.Select(l => new ReleasedLine(l.ProductId, l.Quantity, now))], now, e.Reason),
                [.. known.Lines.Select(l => new StockChange(l.ProductId, l.Quantity, -l.Quantity, 0))]),
            _ => new(known),
        };

    private static Step Reserve(OrderPlaced order, IReadOnlyDictionary<string, int> available, DateTimeOffset now)
    {
        var lines = Lines(order);
        var shortLines = lines
            .Where(l => available.GetValueOrDefault(l.ProductId) < l.Quantity)
            .Select(l => new ShortLine(l.ProductId, l.Quantity, available.GetValueOrDefault(l.ProductId)))
            .ToList();

        if (shortLines.Count > 0)
        {
            var unknown = shortLines.Exists(l => !available.ContainsKey(l.ProductId));
            var rejected = new InventoryRejected(
                order.OrderId,
                (unknown ? "Not a product of this shop: " : "Not enough in stock: ")
                    + string.Join(", ", shortLines.Where(l => unknown != available.ContainsKey(l.ProductId)).Select(l => l.ProductId)),
                shortLines,
                now,
                unknown ? InventoryRejectCodes.UnknownProduct : InventoryRejectCodes.OutOfStock);
            return new(new(order.OrderId, ReservationStatus.Rejected, lines), rejected);
        }

        return new(
            new(order.OrderId, ReservationStatus.Reserved, lines),
            new InventoryReserved(
                order.OrderId,
                [.. lines.Select(l => new ReservedLine(l.ProductId, l.Quantity, now))],
                now,
                EventIds.Named($"reservation|{order.OrderId}")),
            [.. lines.Select(l => new StockChange(l.ProductId, -l.Quantity, l.Quantity, 0))]);
    }
}
