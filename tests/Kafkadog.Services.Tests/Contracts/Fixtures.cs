using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Contracts;

/// <summary>
/// Records as they were published: by this project (<c>published</c>) and by the demo it re-imagines (<c>original</c>).
/// What has been published once must be readable for ever, so files are added here and never changed.
/// </summary>
internal static class Fixtures
{
    public static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    public static readonly Guid Order = new("3f2504e0-4f89-41d3-9a0c-0305e82c3301");
    public static readonly Guid Payment = new("00000000-0000-4000-8000-0000000000aa");
    public static readonly Guid Cause = new("33333333-3333-4333-8333-333333333333");

    public static IEnumerable<IShopEvent> Events { get; } =
    [
        new OrderPlaced(
            Order, "user-001", [new("product-1", 1, new(999_99), "Laptop"), new("product-3", 2, new(200_00))], new(1399_99), Now, "USD", "key-1"),
        new PaymentAuthorized(Order, Payment, new(1399_99), Now, "USD", "card"),
        new PaymentDeclined(Order, "The card was declined.", Now, PaymentDeclineCodes.CardDeclined),
        new PaymentVoided(Order, "Not enough in stock: product-1", Payment, new(1399_90), Now),
        new PaymentRefunded(Order, "returned", Payment, Cause, new(1399_99), Now),
        new InventoryReserved(Order, [new("product-1", 1, Now)], Now, Payment),
        new InventoryRejected(Order, "Not enough in stock: product-1", [new("product-1", 3, 0)], Now, InventoryRejectCodes.OutOfStock),
        new InventoryReleased(Order, [new("product-1", 1, Now)], Now, "Not every answer arrived in time."),
        new OrderCompleted(Order, Now, new(1399_99), "USD"),
        new OrderCancelled(Order, "Not every answer arrived in time.", Now, CancelCodes.Timeout),
        new PageView("/products/product-1", Now, "user-001", "session-1", "Mozilla/5.0", "product-1"),
        new TopProductsUpdated(
            [new("product-1", 3, new(2999_97))], "last_24h", Now, Now.AddDays(-1), Now, 1, Final: false, "placed", 2, new(2999_97)),
        new OrderRetry(
            new("{\"id\":\"33333333-3333-4333-8333-333333333333\",\"data\":{\"orderId\":\"3f2504e0-4f89-41d3-9a0c-0305e82c3301\",\"odd\":1.50}}"u8.ToArray()),
            1, Now.AddMilliseconds(500), 5, "Simulated failure of attempt 0.", Now, "payment-service-group", new("orders.v1", 2, 41)),
        new OrderDLQ(
            new("{\"raw\":\"/w==\"}"u8.ToArray()),
            0, "The value is not UTF-8 text.", Now, Now, "payment-service-group", "deserialize", "poison", new("orders.v1", 2, 42)),
    ];

    public static Envelope Wrap(IShopEvent body) => new(
        new("22222222-2222-4222-8222-222222222222"),
        Now,
        new("11111111-1111-4111-8111-111111111111"),
        new("4bf92f35-77b3-4da6-a3ce-929d0e0e4736"),
        body,
        body is OrderPlaced or PageView or TopProductsUpdated or OrderDLQ ? null : Cause);

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Contracts", "fixtures");

    public static TheoryData<string, string> Files()
    {
        var files = new TheoryData<string, string>();
        foreach (var era in (string[])["published", "original"])
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, era), "*.json").Order(StringComparer.Ordinal))
            {
                files.Add(era, Path.GetFileNameWithoutExtension(file));
            }
        }

        return files;
    }

    public static byte[] Read(string era, string type) => File.ReadAllBytes(Path.Combine(Folder, era, type + ".json"));
}
