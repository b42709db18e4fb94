namespace Kafkadog.Contracts;

/// <summary>A customer ordered; published by the gateway.</summary>
/// <param name="Total">Σ price·quantity, within a cent.</param>
/// <param name="Currency">ISO 4217; absent means USD.</param>
public sealed record OrderPlaced(
    Guid OrderId,
    string UserId,
    IReadOnlyList<OrderLine> Items,
    Money Total,
    DateTimeOffset Ts,
    string? Currency = null,
    string? IdempotencyKey = null) : IOrderEvent
{
    public void Validate(Problems problems)
    {
        problems.Text(UserId, "userId");
        problems.Text(IdempotencyKey, "idempotencyKey");
        problems.Positive(Total, "total");
        problems.Require(Currency is null || IsCurrency(Currency), "currency", "must be three capital letters");
        problems.Require(Items.Count > 0, "items", "must have at least one item");

        Int128 sum = 0;
        for (var i = 0; i < Items.Count; i++)
        {
            if (Items[i] is not { } line)
            {
                problems.Add($"items[{i}]", "must be an object");
                continue;
            }

            line.Validate(problems, $"items[{i}]");
            sum += (Int128)line.Price.Cents * line.Quantity;
        }

        problems.Require(Int128.Abs(sum - Total.Cents) <= 1, "total", "must be the sum of price times quantity");
    }

    /// <summary>True when both describe the same purchase, whenever and under whatever event id it was published.</summary>
    public bool HasSameContent(OrderPlaced other) =>
        OrderId == other.OrderId
        && string.Equals(UserId, other.UserId, StringComparison.Ordinal)
        && Total == other.Total
        && string.Equals(Currency ?? "USD", other.Currency ?? "USD", StringComparison.Ordinal)
        && Items.SequenceEqual(other.Items);

    private static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);
}

public sealed record OrderLine(string ProductId, int Quantity, Money Price, string? Name = null)
{
    internal void Validate(Problems problems, string at)
    {
        problems.Text(ProductId, at + ".productId");
        problems.Require(Name is null || !Name.Contains('\0'), at + ".name", "must not contain the character U+0000");
        problems.Require(Quantity > 0, at + ".quantity", "must be at least 1");
        problems.Positive(Price, at + ".price");
    }
}
