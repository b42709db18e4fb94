namespace Kafkadog.Dashboard.CreateOrder;

/// <summary>Orders that no gateway should take: each breaks one rule, so that its answer can be read.</summary>
public static class BrokenOrders
{
    private const string Laptop = """{ "productId": "product-1", "quantity": 1, "price": 999.99 }""";

    public static IReadOnlyList<BrokenOrder> All { get; } =
    [
        new("quantity-0", "A quantity of 0", "Nobody orders nothing.", 400,
            """{ "userId": "user-001", "items": [{ "productId": "product-1", "quantity": 0, "price": 999.99 }] }"""),
        new("unknown-field", "A field nobody knows", "A misspelt field would otherwise be lost silently.", 400,
            $$"""{ "userId": "user-001", "coupon": "HALF-PRICE", "items": [{{Laptop}}] }"""),
        new("text-number", "Text in place of a number", "\"2\" is not 2: who guesses types accepts \"two\" next.", 400,
            """{ "userId": "user-001", "items": [{ "productId": "product-1", "quantity": "2", "price": 999.99 }] }"""),
        new("no-items", "No items at all", "An order needs at least one.", 400, """{ "userId": "user-001", "items": [] }"""),
        new("no-user", "No user", "A required field is missing.", 400, $$"""{ "items": [{{Laptop}}] }"""),
        new("three-mistakes", "Three mistakes at once", "All of them are told at once, each with its field.", 400,
            """{ "userId": "", "items": [{ "productId": "", "quantity": -1, "price": 0 }] }"""),
        new("field-twice", "The same field twice", "Two readers could take different ones: it is refused.", 400,
            $$"""{ "userId": "user-001", "userId": "user-002", "items": [{{Laptop}}] }"""),
        new("not-json", "No JSON", "It stops at the front door. Straight onto orders.v1 it would be a poison message.", 400, "{ this is not JSON"),
        new("not-declared", "JSON that is declared as text", "The content type says how to read the bytes.", 415,
            $$"""{ "userId": "user-001", "items": [{{Laptop}}] }""", "text/plain"),
        new("huge", "A body of 300 KB", "A limit on size comes before everything else.", 413,
            $$"""{ "userId": "{{new string('x', 300 * 1024)}}", "items": [{{Laptop}}] }"""),
    ];
}

/// <param name="Why">Why it is refused.</param>
/// <param name="Expected">The status a correct gateway answers with.</param>
public sealed record BrokenOrder(string Id, string Title, string Why, int Expected, string Body, string ContentType = "application/json")
{
    private const int MostShown = 400;

    /// <summary>The body, cut where it is endless.</summary>
    public string Shown => Body.Length <= MostShown ? Body : $"{Body[..MostShown]} … ({Body.Length / 1024} KB in all)";
}
