using System.Text.Json;

namespace Kafkadog.Contracts;

/// <summary>
/// Which type a record carries: a header that names a type of its topic, else the body's own word, else its shape,
/// because the records of the original demo name no usable type (<c>Object</c> for every event).
/// </summary>
public static class TypeResolution
{
    /// <returns>null for a type this version does not know: readers skip it, so that new types can be introduced.</returns>
    public static EventType? Resolve(string topic, string? headerType, JsonElement body)
    {
        var bodyType = body.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;

        foreach (var name in (ReadOnlySpan<string?>)[headerType, bodyType])
        {
            if (name is null or "Object")
            {
                continue;
            }

            var known = EventType.Find(name);
            if (known?.Topic == topic)
            {
                return known;
            }

            // Retry and dead-letter records keep the headers of the event inside them.
            if (known is null && topic is not (Topics.Retry or Topics.DeadLetters))
            {
                return null;
            }
        }

        return EventType.Find(ByShape(topic, body));
    }

    private static string? ByShape(string topic, JsonElement body)
    {
        var data = body.TryGetProperty("data", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        bool Has(string field) => data.ValueKind == JsonValueKind.Object && data.TryGetProperty(field, out _);
        bool FirstItemHas(string field) =>
            data.ValueKind == JsonValueKind.Object
            && data.TryGetProperty("items", out var items)
            && items.ValueKind == JsonValueKind.Array
            && items.GetArrayLength() > 0
            && items[0].ValueKind == JsonValueKind.Object
            && items[0].TryGetProperty(field, out _);

        return topic switch
        {
            Topics.Orders => nameof(OrderPlaced),
            Topics.Payments when Has("paymentId") => nameof(PaymentAuthorized),
            Topics.Payments when Has("refundedPaymentId") => nameof(PaymentRefunded),
            Topics.Payments when Has("voidedPaymentId") => nameof(PaymentVoided),
            Topics.Payments when Has("reason") => nameof(PaymentDeclined),
            Topics.Inventory when FirstItemHas("reservedAt") => nameof(InventoryReserved),
            Topics.Inventory when FirstItemHas("releasedAt") => nameof(InventoryReleased),
            Topics.Inventory when Has("reason") => nameof(InventoryRejected),
            Topics.Outcomes => Has("reason") ? nameof(OrderCancelled) : nameof(OrderCompleted),
            Topics.PageViews => nameof(PageView),
            Topics.Snapshots => nameof(TopProductsUpdated),
            Topics.Retry => nameof(OrderRetry),
            Topics.DeadLetters => nameof(OrderDLQ),
            _ => null,
        };
    }
}
