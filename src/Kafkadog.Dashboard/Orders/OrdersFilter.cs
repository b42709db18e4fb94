using Kafkadog.Dashboard.Observing;

namespace Kafkadog.Dashboard.Orders;

/// <summary>Which orders are shown; it is part of the address.</summary>
/// <param name="Text">Part of an id, of the customer or of a product; several words must all be there.</param>
public sealed record OrdersFilter(OrderStatus? Status = null, string Text = "", bool OnlyRetried = false)
{
    public bool IsEmpty => Status is null && Text.Length == 0 && !OnlyRetried;

    public static OrdersFilter Of(string? status, string? text, bool? onlyRetried) => new(
        Enum.TryParse<OrderStatus>(status, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null,
        text?.Trim() ?? "",
        onlyRetried == true);

    public bool Matches(OrderRow row) => (Status is null || row.Status == Status) && MatchesText(row) && (!OnlyRetried || row.Retries > 0);

    /// <summary>Everything but the status: the counts beside the statuses are of these.</summary>
    public bool MatchesText(OrderRow row)
    {
        foreach (var word in Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!row.Id.Contains(word, StringComparison.OrdinalIgnoreCase)
                && !row.User.Contains(word, StringComparison.OrdinalIgnoreCase)
                && !row.Items.Contains(word, StringComparison.OrdinalIgnoreCase)
                && !row.ProductIds.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
