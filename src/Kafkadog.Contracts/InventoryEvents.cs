namespace Kafkadog.Contracts;

/// <summary>Every line of the order is set aside.</summary>
public sealed record InventoryReserved(
    Guid OrderId,
    IReadOnlyList<ReservedLine> Items,
    DateTimeOffset Ts,
    Guid? ReservationId = null) : IOrderEvent
{
    public void Validate(Problems problems)
    {
        problems.Require(Items.Count > 0, "items", "must have at least one item");
        for (var i = 0; i < Items.Count; i++)
        {
            Lines.Check(problems, i, Items[i]?.ProductId, Items[i]?.Quantity);
        }
    }
}

public sealed record ReservedLine(string ProductId, int Quantity, DateTimeOffset ReservedAt);

/// <summary>Not one line was set aside: a reservation is all or nothing.</summary>
/// <param name="Items">The lines that were short; empty in records of the original demo.</param>
/// <param name="Code">One of <see cref="InventoryRejectCodes"/>.</param>
public sealed record InventoryRejected(
    Guid OrderId,
    string Reason,
    IReadOnlyList<ShortLine> Items,
    DateTimeOffset Ts,
    string? Code = null) : IOrderEvent
{
    public void Validate(Problems problems)
    {
        problems.Text(Reason, "reason");
        for (var i = 0; i < Items.Count; i++)
        {
            Lines.Check(problems, i, Items[i]?.ProductId, Items[i]?.Quantity);
            problems.Require(
                Items[i] is null or { AvailableQuantity: >= 0 },
                $"items[{i}].availableQuantity",
                "must not be negative");
        }
    }
}

/// <param name="AvailableQuantity">What could have been had at that moment.</param>
public sealed record ShortLine(string ProductId, int Quantity, int AvailableQuantity);

/// <summary>A reservation given back because its order was cancelled.</summary>
public sealed record InventoryReleased(
    Guid OrderId,
    IReadOnlyList<ReleasedLine> Items,
    DateTimeOffset Ts,
    string? Reason = null) : IOrderEvent
{
    public void Validate(Problems problems)
    {
        problems.Require(Items.Count > 0, "items", "must have at least one item");
        problems.Text(Reason, "reason");
        for (var i = 0; i < Items.Count; i++)
        {
            Lines.Check(problems, i, Items[i]?.ProductId, Items[i]?.Quantity);
        }
    }
}

public sealed record ReleasedLine(string ProductId, int Quantity, DateTimeOffset ReleasedAt);

public static class InventoryRejectCodes
{
    public const string OutOfStock = "OUT_OF_STOCK";
    public const string UnknownProduct = "UNKNOWN_PRODUCT";
    public const string OrderAlreadyCancelled = "ORDER_ALREADY_CANCELLED";
}

internal static class Lines
{
    internal static void Check(Problems problems, int index, string? productId, int? quantity)
    {
        problems.Require(productId is not null, $"items[{index}]", "must be an object");
        problems.Text(productId, $"items[{index}].productId");
        problems.Require(quantity is null or > 0, $"items[{index}].quantity", "must be at least 1");
    }
}
