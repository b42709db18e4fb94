using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kafkadog.Contracts;

/// <summary>
/// Times on the wire: UTC with a <c>Z</c>, written to the millisecond. An offset such as <c>+00:00</c> is refused,
/// because the validators of older readers refuse it too.
/// </summary>
public sealed class UtcJsonConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
        && reader.TryGetDateTimeOffset(out var time)
        && !reader.ValueIsEscaped
        && !reader.HasValueSequence
        && reader.ValueSpan[^1] == (byte)'Z'
            ? time
            : throw new JsonException("must be a UTC time such as 2026-01-31T12:00:00.000Z");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Utc.Text(value));
}

/// <summary>Times as text, everywhere the same.</summary>
public static class Utc
{
    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>Cut to the millisecond, as it will be after a trip over the wire.</summary>
    public static DateTimeOffset Truncate(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
