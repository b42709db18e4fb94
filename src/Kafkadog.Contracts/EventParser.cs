using System.Text.Json;
using System.Text.Unicode;

namespace Kafkadog.Contracts;

/// <summary>
/// Bytes to event, in layers: JSON at all (else poison), the envelope, the data, and what only makes sense together
/// (else permanent). Unknown fields are always accepted, so that fields can be added.
/// </summary>
public static class EventParser
{
    /// <summary>Room for the wrapping of a dead letter below Kafka's own limit of 1 MB.</summary>
    public const int MaxBytes = 900 * 1024;

    /// <param name="headerType">The value of <c>ce_type</c> or <c>x-event-type</c>, if any.</param>
    /// <param name="key">The record's key as text; null when it has none.</param>
    public static ParseResult Parse(string topic, string? headerType, string? key, ReadOnlyMemory<byte> value)
    {
        if (value.Length == 0)
        {
            return new ParseResult.Poison("EMPTY_VALUE", "The record has no value.");
        }

        // What wraps another record may be as large as Kafka allows: a limit here would lose the largest of them.
        if (value.Length > MaxBytes && topic is not (Topics.Retry or Topics.DeadLetters))
        {
            return new ParseResult.Poison("TOO_LARGE", $"The value has {value.Length} bytes; at most {MaxBytes} are read.");
        }

        if (!Utf8.IsValid(value.Span))
        {
            return new ParseResult.Poison("NOT_UTF8", "The value is not UTF-8 text.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(value);
        }
        catch (JsonException e)
        {
            return new ParseResult.Poison("NOT_JSON", e.Message);
        }

        using (document)
        {
            try
            {
                return Parse(topic, headerType, key, document.RootElement);
            }
            catch (InvalidOperationException e)
            {
                // Text that is valid JSON but no valid UTF-16, such as a lone "\ud800".
                return new ParseResult.Invalid("INVALID_TEXT", e.Message);
            }
        }
    }

    private static ParseResult Parse(string topic, string? headerType, string? key, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            return new ParseResult.Poison("NOT_AN_OBJECT", $"The value is a JSON {root.ValueKind}, not an object.");
        }

        if (TypeResolution.Resolve(topic, headerType, root) is not { } type)
        {
            return new ParseResult.Unknown($"no event type of this application fits (topic {topic}, type {headerType ?? "not named"})");
        }

        var problems = new Problems();
        var id = RequiredGuid(root, "id", problems);
        var correlationId = RequiredGuid(root, "correlationId", problems);
        var traceId = RequiredGuid(root, "traceId", problems);
        var timestamp = RequiredTime(root, "timestamp", problems);
        var version = root.TryGetProperty("version", out var v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;
        problems.Require(version == Envelope.Version, "version", $"must be \"{Envelope.Version}\"");
        var hasData = root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object;
        problems.Require(hasData, "data", "must be an object");
        if (problems.Any)
        {
            return new ParseResult.Invalid("INVALID_ENVELOPE", problems.ToString());
        }

        IShopEvent body;
        try
        {
            body = type.Read(data);
        }
        catch (JsonException e)
        {
            return new ParseResult.Invalid("INVALID_DATA", $"{type}: {e.Message}");
        }

        body.Validate(problems);
        if (body is IOrderEvent order)
        {
            problems.Require(
                Guid.TryParseExact(key, "D", out var keyed) && keyed == order.OrderId,
                "record key",
                $"must be the order id {order.OrderId}");
        }

        return problems.Any
            ? new ParseResult.Invalid("INVALID_DATA", $"{type}: {problems}")
            : new ParseResult.Event(new(id, timestamp, correlationId, traceId, body, OptionalGuid(root, "causationId")));
    }

    private static Guid RequiredGuid(JsonElement root, string field, Problems problems)
    {
        var id = OptionalGuid(root, field);
        problems.Require(id is not null, field, "must be a UUID");
        return id.GetValueOrDefault();
    }

    private static Guid? OptionalGuid(JsonElement root, string field) =>
        root.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id)
            ? id
            : null;

    private static DateTimeOffset RequiredTime(JsonElement root, string field, Problems problems)
    {
        if (root.TryGetProperty(field, out var value)
            && value.ValueKind == JsonValueKind.String
            && value.TryGetDateTimeOffset(out var time)
            && value.GetString() is [.., 'Z'])
        {
            return time;
        }

        problems.Add(field, "must be a UTC time such as 2026-01-31T12:00:00.000Z");
        return default;
    }
}

/// <summary>What a record turned out to be: exactly one of the nested cases.</summary>
public abstract record ParseResult
{
    private ParseResult()
    {
    }

    public sealed record Event(Envelope Envelope) : ParseResult;

    /// <summary>A type this version does not know.</summary>
    public sealed record Unknown(string Reason) : ParseResult;

    /// <summary>No JSON object.</summary>
    public sealed record Poison(string Code, string Reason) : ParseResult;

    /// <summary>A JSON object that breaks the rules of its type.</summary>
    public sealed record Invalid(string Code, string Reason) : ParseResult;
}
