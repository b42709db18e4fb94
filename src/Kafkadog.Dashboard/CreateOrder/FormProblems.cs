using System.Globalization;
using System.Text.RegularExpressions;

namespace Kafkadog.Dashboard.CreateOrder;

/// <summary>What is wrong, beside the field it is wrong in. It does not matter who found it: this page or the gateway.</summary>
public sealed partial class FormProblems
{
    public static readonly FormProblems None = new();

    private readonly Dictionary<string, string> products = new(StringComparer.Ordinal);
    private readonly List<string> others = [];

    public string? User { get; private set; }

    /// <summary>About the items together.</summary>
    public string? Items { get; private set; }

    /// <summary>Problems with fields this form does not have.</summary>
    public IReadOnlyList<string> Others => others;

    public bool Any => User is not null || Items is not null || products.Count > 0 || others.Count > 0;

    public string? OfProduct(string productId) => products.GetValueOrDefault(productId);

    /// <param name="draft">What was checked or sent: its lines tell which product <c>items[1]</c> is.</param>
    public static FormProblems Of(IEnumerable<(string Field, string Problem)> found, OrderDraft draft)
    {
        var problems = new FormProblems();
        var lines = draft.Lines;
        foreach (var (field, problem) in found)
        {
            if (field == "userId")
            {
                problems.User = Joined(problems.User, problem);
            }
            else if (field == "items")
            {
                problems.Items = Joined(problems.Items, problem);
            }
            else if (ItemField().Match(field) is { Success: true } match
                && int.TryParse(match.Groups["index"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < lines.Count)
            {
                var name = match.Groups["field"].Value is { Length: > 0 } own and not "quantity" ? own + " " : "";
                var productId = lines[index].Product.ProductId;
                problems.products[productId] = Joined(problems.OfProduct(productId), name + problem);
            }
            else
            {
                problems.others.Add($"{field} {problem}");
            }
        }

        return problems;
    }

    private static string Joined(string? before, string problem) => before is null ? problem : $"{before}; {problem}";

    [GeneratedRegex(@"^items\[(?<index>[0-9]{1,9})\](\.(?<field>[A-Za-z]+))?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ItemField();
}
