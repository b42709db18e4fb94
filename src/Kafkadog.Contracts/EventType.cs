using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kafkadog.Contracts;

/// <summary>One row of the event catalogue: a type, the topic it belongs to and its JSON.</summary>
public sealed class EventType
{
    private static readonly ContractsJsonContext Json = ContractsJsonContext.Default;

    private static readonly FrozenDictionary<Type, EventType> ByClass;
    private static readonly FrozenDictionary<string, EventType> ByName;

    private readonly JsonTypeInfo json;

    static EventType()
    {
        All =
        [
            new(nameof(OrderPlaced), Topics.Orders, Json.OrderPlaced),
            new(nameof(PaymentAuthorized), Topics.Payments, Json.PaymentAuthorized),
            new(nameof(PaymentDeclined), Topics.Payments, Json.PaymentDeclined),
            new(nameof(PaymentVoided), Topics.Payments, Json.PaymentVoided),
            new(nameof(PaymentRefunded), Topics.Payments, Json.PaymentRefunded),
            new(nameof(InventoryReserved), Topics.Inventory, Json.InventoryReserved),
            new(nameof(InventoryRejected), Topics.Inventory, Json.InventoryRejected),
            new(nameof(InventoryReleased), Topics.Inventory, Json.InventoryReleased),
            new(nameof(OrderCompleted), Topics.Outcomes, Json.OrderCompleted),
            new(nameof(OrderCancelled), Topics.Outcomes, Json.OrderCancelled),
            new(nameof(PageView), Topics.PageViews, Json.PageView),
            new(nameof(TopProductsUpdated), Topics.Snapshots, Json.TopProductsUpdated),
            new(nameof(OrderRetry), Topics.Retry, Json.OrderRetry),
            new(nameof(OrderDLQ), Topics.DeadLetters, Json.OrderDLQ),
        ];
        ByClass = All.ToFrozenDictionary(t => t.json.Type);
        ByName = All
            .Select(t => KeyValuePair.Create(t.Name, t))
            .Append(new("PageViewed", All.Single(t => t.Name == nameof(PageView))))
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    private EventType(string name, string topic, JsonTypeInfo json)
    {
        Name = name;
        Topic = topic;
        this.json = json;
    }

    public static IReadOnlyList<EventType> All { get; }

    /// <summary>The name in the header <c>x-event-type</c>.</summary>
    public string Name { get; }

    public string Topic { get; }

    public static EventType Of(IShopEvent body) => ByClass[body.GetType()];

    public static EventType? Find(string? name) => name is null ? null : ByName.GetValueOrDefault(name);

    /// <exception cref="JsonException">A required field is missing, or a field has the wrong JSON type.</exception>
    internal IShopEvent Read(JsonElement data) => (IShopEvent)data.Deserialize(json)!;

    internal void Write(Utf8JsonWriter writer, IShopEvent body) => JsonSerializer.Serialize(writer, body, json);

    public override string ToString() => Name;
}
