using System.Text;
using System.Text.Json.Nodes;
using Kafkadog.Contracts;

namespace Kafkadog.Services.Tests.Contracts;

/// <summary>The layers of validation, and the resolution of types.</summary>
public sealed class ParseTests
{
    [Theory]
    [InlineData("", "EMPTY_VALUE")]
    [InlineData("{", "NOT_JSON")]
    [InlineData("[]", "NOT_AN_OBJECT")]
    [InlineData("\"text\"", "NOT_AN_OBJECT")]
    [InlineData("\0\0\0\0\u0001{}", "NOT_JSON")]
    public void What_is_no_JSON_object_is_poison(string value, string code) =>
        Assert.Equal(code, Assert.IsType<ParseResult.Poison>(Parse(Encoding.UTF8.GetBytes(value))).Code);

    [Fact]
    public void Bytes_that_are_no_UTF8_are_poison() =>
        Assert.Equal("NOT_UTF8", Assert.IsType<ParseResult.Poison>(Parse([0x7b, 0xff, 0x7d])).Code);

    [Fact]
    public void More_than_900_KB_is_poison() =>
        Assert.Equal("TOO_LARGE", Assert.IsType<ParseResult.Poison>(Parse(new byte[EventParser.MaxBytes + 1])).Code);

    [Theory]
    [InlineData("id", "\"not-a-uuid\"")]
    [InlineData("id", "\"3f2504e04f8941d39a0c0305e82c3301\"")]
    [InlineData("id", null)]
    [InlineData("correlationId", "1")]
    [InlineData("traceId", "\"4bf92f3577b34da6a3ce929d0e0e4736\"")]
    [InlineData("timestamp", "\"2026-01-31T12:00:00+00:00\"")]
    [InlineData("timestamp", "\"yesterday\"")]
    [InlineData("version", "\"2.0.0\"")]
    [InlineData("version", "1")]
    [InlineData("data", "[]")]
    [InlineData("data", null)]
    public void A_broken_envelope_is_permanent(string field, string? json)
    {
        var root = Root();
        Set(root, field, json);

        var invalid = Assert.IsType<ParseResult.Invalid>(Parse(root));
        Assert.Equal("INVALID_ENVELOPE", invalid.Code);
        Assert.Contains(field, invalid.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orderId", "\"x\"")]
    [InlineData("orderId", null)]
    [InlineData("userId", "\"\"")]
    [InlineData("userId", "1")]
    [InlineData("userId", null)]
    [InlineData("userId", "\"a\\u0000b\"")]
    [InlineData("items", "[]")]
    [InlineData("items", "null")]
    [InlineData("items", "[null]")]
    [InlineData("total", "\"1399.99\"")]
    [InlineData("total", "0")]
    [InlineData("total", "-1")]
    [InlineData("total", "1400.50")]
    [InlineData("total", "1e400")]
    [InlineData("total", null)]
    [InlineData("ts", "\"2026-01-31T12:00:00+01:00\"")]
    [InlineData("ts", "1769860800")]
    [InlineData("currency", "\"usd\"")]
    public void Broken_data_is_permanent(string field, string? json)
    {
        var root = Root();
        Set(root["data"]!.AsObject(), field, json);

        Assert.IsType<ParseResult.Invalid>(Parse(root));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_permanent() => Assert.IsType<ParseResult.Invalid>(
        Parse(Encoding.UTF8.GetBytes(Root().ToJsonString().Replace("user-001", "\\ud800", StringComparison.Ordinal))));

    [Theory]
    [InlineData("quantity", "0")]
    [InlineData("quantity", "1.5")]
    [InlineData("quantity", "\"1\"")]
    [InlineData("quantity", "3000000000")]
    [InlineData("price", "0")]
    [InlineData("price", "\"5\"")]
    [InlineData("productId", "\"\"")]
    public void A_broken_line_is_permanent(string field, string json)
    {
        var root = Root();
        Set(root["data"]!["items"]![0]!.AsObject(), field, json);

        Assert.IsType<ParseResult.Invalid>(Parse(root));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00000000-0000-4000-8000-000000000001")]
    [InlineData("not a key")]
    public void A_record_under_another_key_is_permanent(string? key) => Assert.IsType<ParseResult.Invalid>(
        EventParser.Parse(Topics.Orders, null, key, Encoding.UTF8.GetBytes(Root().ToJsonString())));

    [Theory]
    [InlineData("2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00.1Z")]
    [InlineData("2026-01-31T12:00:00.1234567Z")]
    public void A_time_may_have_any_number_of_digits(string time)
    {
        var root = Root();
        root["data"]!["ts"] = time;
        root["timestamp"] = time;

        Assert.IsType<ParseResult.Event>(Parse(root));
    }

    [Theory]
    [InlineData(Topics.Payments, "{\"paymentId\":1}", "PaymentAuthorized")]
    [InlineData(Topics.Payments, "{\"reason\":1}", "PaymentDeclined")]
    [InlineData(Topics.Payments, "{\"reason\":1,\"voidedPaymentId\":1}", "PaymentVoided")]
    [InlineData(Topics.Payments, "{\"reason\":1,\"refundedPaymentId\":1}", "PaymentRefunded")]
    [InlineData(Topics.Payments, "{}", null)]
    [InlineData(Topics.Inventory, "{\"items\":[{\"reservedAt\":1}]}", "InventoryReserved")]
    [InlineData(Topics.Inventory, "{\"items\":[{\"releasedAt\":1}],\"reason\":1}", "InventoryReleased")]
    [InlineData(Topics.Inventory, "{\"items\":[],\"reason\":1}", "InventoryRejected")]
    [InlineData(Topics.Inventory, "{\"items\":{}}", null)]
    [InlineData(Topics.Outcomes, "{}", "OrderCompleted")]
    [InlineData(Topics.Outcomes, "{\"reason\":1}", "OrderCancelled")]
    [InlineData("another.topic", "{}", null)]
    public void Without_a_name_topic_and_shape_tell_the_type(string topic, string data, string? type)
    {
        using var body = System.Text.Json.JsonDocument.Parse($"{{\"data\":{data}}}");
        Assert.Equal(type, TypeResolution.Resolve(topic, "Object", body.RootElement)?.Name);
        Assert.Equal(type, TypeResolution.Resolve(topic, null, body.RootElement)?.Name);
    }

    [Theory]
    [InlineData("OrderNoteAdded", "{}", null)]
    [InlineData(null, "{\"type\":\"OrderNoteAdded\"}", null)]
    [InlineData("OrderPlaced", "{\"type\":\"OrderNoteAdded\"}", "OrderPlaced")]
    [InlineData("Object", "{\"type\":\"OrderPlaced\"}", "OrderPlaced")]
    [InlineData("PaymentAuthorized", "{\"type\":\"OrderPlaced\"}", "OrderPlaced")]
    public void A_name_nobody_knows_is_skipped_and_a_known_one_counts_only_on_its_topic(string? header, string body, string? type)
    {
        using var document = System.Text.Json.JsonDocument.Parse(body);
        Assert.Equal(type, TypeResolution.Resolve(Topics.Orders, header, document.RootElement)?.Name);
    }

    [Fact]
    public void A_retry_record_is_one_whatever_the_headers_of_its_content_say()
    {
        using var document = System.Text.Json.JsonDocument.Parse("{}");
        Assert.Equal("OrderRetry", TypeResolution.Resolve(Topics.Retry, "OrderPlaced", document.RootElement)!.Name);
        Assert.Equal("OrderRetry", TypeResolution.Resolve(Topics.Retry, "SomethingElse", document.RootElement)!.Name);
    }

    private static JsonObject Root() => JsonNode.Parse(Fixtures.Read("published", "OrderPlaced"))!.AsObject();

    private static void Set(JsonObject target, string field, string? json)
    {
        target.Remove(field);
        if (json is not null)
        {
            target[field] = JsonNode.Parse(json);
        }
    }

    private static ParseResult Parse(JsonObject root) => Parse(Encoding.UTF8.GetBytes(root.ToJsonString()));

    private static ParseResult Parse(byte[] value) => EventParser.Parse(Topics.Orders, null, Fixtures.Order.ToString(), value);
}
