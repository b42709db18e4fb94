using System.Buffers;
using System.Text.Json;

namespace Kafkadog.Contracts;

/// <summary>An event as bytes and headers.</summary>
public static class EventWriter
{
    public static byte[] Write(Envelope envelope)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id", envelope.Id);
            writer.WriteString("timestamp", Utc.Text(envelope.Timestamp));
            writer.WriteString("correlationId", envelope.CorrelationId);
            writer.WriteString("traceId", envelope.TraceId);
            writer.WriteString("version", Envelope.Version);
            writer.WriteString("type", envelope.Type.Name);
            if (envelope.CausationId is { } causationId)
            {
                writer.WriteString("causationId", causationId);
            }

            writer.WritePropertyName("data");
            envelope.Type.Write(writer, envelope.Data);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The headers of a first publication, in a fixed order.</summary>
    /// <param name="source">The service that publishes, such as <c>payment-service</c>.</param>
    /// <param name="traceParent">W3C trace context of the publishing span, when there is one.</param>
    public static IEnumerable<KeyValuePair<string, string>> Headers(
        Envelope envelope,
        string source,
        string? traceParent = null,
        string? traceState = null)
    {
        var type = envelope.Type.Name;
        var time = Utc.Text(envelope.Timestamp);
        var id = envelope.Id.ToString();

        yield return new(HeaderNames.CorrelationId, envelope.CorrelationId.ToString());
        yield return new(HeaderNames.TraceId, envelope.TraceId.ToString());
        yield return new(HeaderNames.EventId, id);
        yield return new(HeaderNames.EventType, type);
        yield return new(HeaderNames.Source, source);
        yield return new(HeaderNames.Timestamp, time);
        if (envelope.CausationId is { } causationId)
        {
            yield return new(HeaderNames.CausationId, causationId.ToString());
        }

        if (traceParent is not null)
        {
            yield return new(HeaderNames.TraceParent, traceParent);
        }

        if (!string.IsNullOrEmpty(traceState))
        {
            yield return new(HeaderNames.TraceState, traceState);
        }

        yield return new(HeaderNames.SchemaVersion, "1.1");
        yield return new(HeaderNames.ContentType, "application/json");
        yield return new(HeaderNames.CloudEventsVersion, "1.0");
        yield return new(HeaderNames.CloudEventsId, id);
        yield return new(HeaderNames.CloudEventsType, type);
        yield return new(HeaderNames.CloudEventsSource, source);
        yield return new(HeaderNames.CloudEventsTime, time);
    }
}
