using System.Text.Json.Serialization;

namespace Kafkadog.Contracts;

/// <summary>JSON of every event, generated at compile time; no type is ever found by a name from the wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(UtcJsonConverter)])]
[JsonSerializable(typeof(OrderPlaced))]
[JsonSerializable(typeof(PaymentAuthorized))]
[JsonSerializable(typeof(PaymentDeclined))]
[JsonSerializable(typeof(PaymentVoided))]
[JsonSerializable(typeof(PaymentRefunded))]
[JsonSerializable(typeof(InventoryReserved))]
[JsonSerializable(typeof(InventoryRejected))]
[JsonSerializable(typeof(InventoryReleased))]
[JsonSerializable(typeof(OrderCompleted))]
[JsonSerializable(typeof(OrderCancelled))]
[JsonSerializable(typeof(PageView))]
[JsonSerializable(typeof(TopProductsUpdated))]
[JsonSerializable(typeof(OrderRetry))]
[JsonSerializable(typeof(OrderDLQ))]
public sealed partial class ContractsJsonContext : JsonSerializerContext;
