using System.Security.Cryptography;
using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Services.Shared;

namespace Kafkadog.Services.Gateway;

/// <summary>A purchase as a customer sends it. Everything wrong with it is reported at once, field by field.</summary>
internal sealed record OrderRequest(string UserId, IReadOnlyList<OrderLine> Items, Money Total)
{
    public const int MaxItems = 100;
    public const int MaxTextLength = 256;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Tells two requests under one idempotency key apart.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new OrderPlaced(Guid.Empty, UserId, Items, Total, DateTimeOffset.UnixEpoch), ContractsJsonContext.Default.OrderPlaced)));

    /// <returns>The request, or null and what is wrong with it.</returns>
    public static OrderRequest? Parse(ReadOnlyMemory<byte> body, Problems problems)
    {
        if (StrictJson.Parse(body, Strict, problems) is not { } document)
        {
            return null;
        }

        using (document)
        {
            try
            {
                return Read(document.RootElement, problems);
            }
            catch (InvalidOperationException)
            {
                problems.Add("(body)", "must not contain half of a surrogate pair");
                return null;
            }
        }
    }

    private static OrderRequest? Read(JsonElement root, Problems problems)
    {
        StrictJson.OnlyFields(root, "", problems, "userId", "items");
        var userId = StrictJson.Text(root, "userId", "", MaxTextLength, problems, isRequired: true);
        if (!root.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
        {
            problems.Add("items", "must be a list");
            return null;
        }

        var count = items.GetArrayLength();
        problems.Require(count is >= 1 and <= MaxItems, "items", $"must have 1 to {MaxItems} items");
        if (count > MaxItems)
        {
            return null;
        }

        List<OrderLine> lines = [];
        Int128 total = 0;
        foreach (var (index, item) in items.EnumerateArray().Index())
        {
            if (ReadLine(item, $"items[{index}]", problems) is { } line)
            {
                lines.Add(line);
                total += (Int128)line.Price.Cents * line.Quantity;
            }
        }

        problems.Require(total <= Money.Max.Cents, "items", $"must not add up to more than {Money.Max}");
        return problems.Any ? null : new(userId!, lines, new((long)total));
    }

    private static OrderLine? ReadLine(JsonElement item, string at, Problems problems)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            problems.Add(at, "must be an object");
            return null;
        }

        StrictJson.OnlyFields(item, at + ".", problems, "productId", "quantity", "price", "name");
        var productId = StrictJson.Text(item, "productId", at + ".", MaxTextLength, problems, isRequired: true);
        var name = StrictJson.Text(item, "name", at + ".", MaxTextLength, problems, isRequired: false);

        var quantity = 0;
        var isWhole = item.TryGetProperty("quantity", out var q) && q.ValueKind == JsonValueKind.Number && q.TryGetInt32(out quantity);
        problems.Require(isWhole && quantity > 0, at + ".quantity", $"must be a whole number from 1 to {int.MaxValue}");

        var amount = 0m;
        var isNumber = item.TryGetProperty("price", out var p) && p.ValueKind == JsonValueKind.Number && p.TryGetDecimal(out amount);
        var isInRange = isNumber && amount >= 0.005m && amount <= Money.Max.ToDecimal();
        problems.Require(isInRange, at + ".price", $"must be a number from 0.01 to {Money.Max}");

        return productId is null || !isWhole || !isInRange ? null : new(productId, quantity, Money.FromDecimal(amount), name);
    }
}
