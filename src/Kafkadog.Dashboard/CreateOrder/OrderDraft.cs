using System.Globalization;
using Kafkadog.Contracts;
using FieldProblem = Kafkadog.Contracts.FieldProblem;

namespace Kafkadog.Dashboard.CreateOrder;

/// <summary>What is typed into the form, as it is typed: nothing of it is lost when it is not valid.</summary>
public sealed record OrderDraft
{
    /// <summary>As the gateway limits them.</summary>
    public const int MostItems = 100;
    public const int LongestText = 256;

    private readonly IReadOnlyDictionary<string, string> quantities = new Dictionary<string, string>(StringComparer.Ordinal);

    public string UserId { get; init; } = Shop.Users[0];

    /// <summary>The products that were chosen, in the order of the catalogue, which is the order of the request's items.</summary>
    public IReadOnlyList<DraftLine> Lines =>
        [.. Shop.Products.Where(p => QuantityOf(p.ProductId).Trim() is not ("" or "0")).Select(p => new DraftLine(p, QuantityOf(p.ProductId)))];

    /// <summary>The sum in cents, exactly as the gateway adds it up; null while a quantity is no number or the sum is too large.</summary>
    public Money? Total
    {
        get
        {
            var lines = Lines;
            var sum = lines.Aggregate((Int128)0, (total, line) => total + ((Int128)line.Product.Price.Cents * (line.Quantity ?? 0)));
            return lines.Any(l => l.Quantity is null) || sum > Money.Max.Cents ? null : new((long)sum);
        }
    }

    public string QuantityOf(string productId) => quantities.GetValueOrDefault(productId, "");

    public OrderDraft With(string productId, string? quantity)
    {
        var changed = new Dictionary<string, string>(quantities, StringComparer.Ordinal) { [productId] = quantity ?? "" };
        return new(this, changed);
    }

    /// <summary>One more or one less; never below none.</summary>
    public OrderDraft Step(string productId, int by)
    {
        var next = Math.Max(0, (long)(DraftLine.Parse(QuantityOf(productId)) ?? 0) + by);
        return With(productId, next == 0 ? "" : next.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The gateway's own rules, in its words and for its fields, so that most mistakes need no request.</summary>
    public IReadOnlyList<FieldProblem> Check()
    {
        var problems = new Problems();
        problems.Require(
            UserId.Length is > 0 and <= LongestText && !UserId.Contains('\0') && !string.IsNullOrWhiteSpace(UserId),
            "userId",
            $"must be text of 1 to {LongestText} characters");
        var lines = Lines;
        problems.Require(lines.Count is >= 1 and <= MostItems, "items", $"must have 1 to {MostItems} items");
        foreach (var (index, line) in lines.Index())
        {
            problems.Require(line.Quantity is > 0, $"items[{index}].quantity", $"must be a whole number from 1 to {int.MaxValue}");
        }

        problems.Require(lines.Any(l => l.Quantity is null) || Total is not null, "items", $"must not add up to more than {Money.Max}");
        return problems.Found;
    }

    /// <summary>What is sent. Only for a draft without problems.</summary>
    public OrderRequest ToRequest() =>
        new(UserId, [.. Lines.Select(l => new OrderLine(l.Product.ProductId, l.Quantity!.Value, l.Product.Price, l.Product.Name))]);

    public OrderDraft()
    {
    }

    private OrderDraft(OrderDraft original, IReadOnlyDictionary<string, string> quantities)
    {
        UserId = original.UserId;
        this.quantities = quantities;
    }
}

/// <param name="Text">The quantity as typed.</param>
public sealed record DraftLine(Product Product, string Text)
{
    /// <summary>Null when it is no whole number that fits.</summary>
    public int? Quantity => Parse(Text);

    public static int? Parse(string text) =>
        int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>The body of <c>POST /orders</c>.</summary>
public sealed record OrderRequest(string UserId, IReadOnlyList<OrderLine> Items)
{
    public static OrderRequest Of(SampleOrder order) => new(order.UserId, order.Items);
}
