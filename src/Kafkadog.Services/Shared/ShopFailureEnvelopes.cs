using System.Security.Cryptography;
using System.Text.Json;
using Kafkadog.Contracts;
using Kafkadog.Messaging;

namespace Kafkadog.Services.Shared;

/// <summary>Failed events as OrderRetry and OrderDLQ records, with the original untouched inside.</summary>
internal sealed class ShopFailureEnvelopes : IFailureEnvelopes
{
    // A record with its key and headers must stay below Kafka's usual limit of 1 MiB, or it could never be sent.
    private const int MaxRecordBytes = 1024 * 1024;
    private const int WrappingBytes = 16 * 1024;
    private const int MaxMessageLength = 1024;

    public byte[] WriteRetry(FailedDelivery failed) => Write(failed, new OrderRetry(
        Embed(failed),
        failed.RetryCount,
        failed.RetryAt ?? failed.FailedAt,
        Math.Max(1, failed.MaxRetries),
        Short(failed.Failure.Message),
        failed.FailedAt,
        failed.Target,
        Source(failed)));

    public byte[] WriteDeadLetter(FailedDelivery failed) => Write(failed, new OrderDLQ(
        Embed(failed),
        failed.RetryCount,
        Short(failed.Failure.Message),
        failed.FailedAt,
        failed.FailedAt,
        failed.Target,
        failed.Failure.Stage.ToString().ToLowerInvariant(),
        failed.Failure.Kind.ToString().ToLowerInvariant(),
        Source(failed)));

    public byte[]? ReadOriginal(ReceivedRecord retryRecord)
    {
        return EventParser.Parse(retryRecord.Topic, null, null, retryRecord.Value)
            is ParseResult.Event { Envelope.Data: OrderRetry { OriginalEvent: var original } } ? Unwrap(original) : null;
    }

    /// <summary>The bytes of the record that is wrapped; null for a tombstone, and for one that was too large to wrap.</summary>
    public static byte[]? Unwrap(RawJson original)
    {
        using var document = original.Parse();
        return document.RootElement.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Object when document.RootElement.TryGetProperty("raw", out var raw)
                && document.RootElement.GetPropertyCount() == 1
                && raw.ValueKind == JsonValueKind.String => raw.TryGetBytesFromBase64(out var bytes) ? bytes : null,
            JsonValueKind.Object when document.RootElement.TryGetProperty("reference", out _) => null,
            _ => original.Utf8.ToArray(),
        };
    }

    private static byte[] Write(FailedDelivery failed, IShopEvent body)
    {
        // A record that could not be read has no ids of its own; its place in the log gives it some that last.
        var source = failed.Original;
        var standIn = EventIds.Named($"{source.Topic}|{source.Partition}|{source.Offset}");
        return EventWriter.Write(new Envelope(
            failed.Id,
            failed.FailedAt,
            failed.Event?.CorrelationId ?? standIn,
            failed.Event?.TraceId ?? standIn,
            body,
            failed.Event?.EventId));
    }

    private static SourceRecord Source(FailedDelivery failed) =>
        new(failed.Original.Topic, failed.Original.Partition, failed.Original.Offset);

    // A message may quote what it complains about, and that may be the whole record.
    private static string Short(string message) => message.Length > MaxMessageLength ? message[..MaxMessageLength] + "…" : message;

    private static RawJson Embed(FailedDelivery failed)
    {
        var record = failed.Original;
        if (record.Value is not { } value)
        {
            return RawJson.Null;
        }

        var isJson = IsJson(value);
        if ((isJson ? value.Length : ((value.Length / 3) + 1) * 4) > MaxRecordBytes - WrappingBytes - failed.KeptBytes)
        {
            return Build(writer =>
            {
                writer.WriteStartObject("reference");
                writer.WriteString("topic", record.Topic);
                writer.WriteNumber("partition", record.Partition);
                writer.WriteNumber("offset", record.Offset);
                writer.WriteEndObject();
                writer.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData(value)));
            });
        }

        return isJson ? new(value) : Build(writer => writer.WriteBase64String("raw", value));
    }

    private static bool IsJson(byte[] value)
    {
        var reader = new Utf8JsonReader(value, new JsonReaderOptions { MaxDepth = 56 }); // leaves room for the wrapping
        try
        {
            while (reader.Read())
            {
            }

            return value.Length > 0 && System.Text.Unicode.Utf8.IsValid(value);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static RawJson Build(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return new(stream.ToArray());
    }
}
