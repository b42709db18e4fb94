using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace Kafkadog.Dashboard.Observing;

/// <summary>Fetches one record from Kafka, for the drawer that shows its bytes.</summary>
public sealed class RecordReader(KafkaClients clients)
{
    /// <summary>More is cut; the console shows the rest.</summary>
    public const int MostBytes = 256 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Null when the offset holds no record any more, or none that was committed.</summary>
    /// <exception cref="KafkaException">Kafka does not answer, or refuses.</exception>
    public Task<RecordContent?> ReadAsync(Place place, long offset, CancellationToken cancellationToken) =>
        Task.Run(() => Read(place, offset, cancellationToken), cancellationToken);

    private RecordContent? Read(Place place, long offset, CancellationToken cancellationToken)
    {
        using var consumer = clients.Reader("dashboard-record");
        var partition = new TopicPartition(place.Topic, place.Partition);
        var ends = consumer.QueryWatermarkOffsets(partition, Patience);
        if (offset < ends.Low.Value || offset >= ends.High.Value)
        {
            return null;
        }

        consumer.Assign(new TopicPartitionOffset(partition, offset));
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(Patience);
        try
        {
            var result = consumer.Consume(limited.Token);
            return result.Offset.Value == offset ? RecordContent.Of(result) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}

/// <param name="Value">Indented JSON, other text, or a hex dump; null for a tombstone.</param>
/// <param name="IsCut">More than <see cref="RecordReader.MostBytes"/>.</param>
public sealed record RecordContent(
    Place Place, long Offset, DateTimeOffset At, string? Key, string? Value, int ValueBytes, bool IsCut, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>The value as it is, as far as it is not cut.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static RecordContent Of(ConsumeResult<byte[]?, byte[]?> result) => new(
        new Place(result.Topic, result.Partition.Value),
        result.Offset.Value,
        new DateTimeOffset(result.Message.Timestamp.UtcDateTime, TimeSpan.Zero),
        result.Message.Key is { } key ? Printable(key) : null,
        result.Message.Value is { } value ? Printable(value) : null,
        result.Message.Value?.Length ?? 0,
        result.Message.Value?.Length > RecordReader.MostBytes,
        [.. (result.Message.Headers ?? []).Select(h => KeyValuePair.Create(h.Key, h.GetValueBytes() is { } bytes ? Printable(bytes) : ""))])
    {
        Bytes = result.Message.Value is { } all ? all.AsMemory(0, Math.Min(all.Length, RecordReader.MostBytes)) : default,
    };

    public static string Printable(byte[] bytes)
    {
        var shown = bytes.AsSpan(0, Math.Min(bytes.Length, RecordReader.MostBytes));
        if (!System.Text.Unicode.Utf8.IsValid(shown))
        {
            return Convert.ToHexStringLower(shown);
        }

        try
        {
            using var document = JsonDocument.Parse(bytes);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? JsonSerializer.Serialize(document.RootElement, Indented)
                : Encoding.UTF8.GetString(shown);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(shown);
        }
    }
}
