using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Kafkadog.Broker;

/// <summary>A record as a program writes it to the broker, or reads it from there, without a client.</summary>
public sealed record KafkaRecord
{
    /// <summary>Where it lies. To write: null chooses by the key as Java's producer does (murmur2), and partition 0 without a key.</summary>
    public int? Partition { get; init; }

    /// <summary>Its place in the partition; -1 until it is written.</summary>
    public long Offset { get; init; } = -1;

    /// <summary>When it was made, or appended if the topic says so, in whole milliseconds. To write: null is now, by the broker's clock.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Null for none.</summary>
    public byte[]? Key { get; init; }

    /// <summary>Null for a tombstone.</summary>
    public byte[]? Value { get; init; }

    /// <summary>In the order they were sent; a key may occur more than once.</summary>
    public IReadOnlyList<KafkaHeader> Headers { get; init; } = [];

    /// <summary>The key as UTF-8 text; null for none.</summary>
    public string? KeyText => Key is null ? null : Encoding.UTF8.GetString(Key);

    /// <summary>The value as UTF-8 text; null for a tombstone.</summary>
    public string? ValueText => Value is null ? null : Encoding.UTF8.GetString(Value);

    /// <summary>A record of text.</summary>
    public static KafkaRecord FromText(string? key, string? value) => new()
    {
        Key = key is null ? null : Encoding.UTF8.GetBytes(key),
        Value = value is null ? null : Encoding.UTF8.GetBytes(value),
    };

    /// <summary>A record whose value is JSON.</summary>
    public static KafkaRecord FromJson<T>(string? key, T value, JsonTypeInfo<T> type) => new()
    {
        Key = key is null ? null : Encoding.UTF8.GetBytes(key),
        Value = JsonSerializer.SerializeToUtf8Bytes(value, type),
    };

    /// <summary>The value, which is JSON.</summary>
    /// <exception cref="JsonException">It is not, or is a tombstone.</exception>
    public T? ReadJson<T>(JsonTypeInfo<T> type) =>
        Value is null ? throw new JsonException($"The record at offset {Offset} is a tombstone.") : JsonSerializer.Deserialize(Value, type);

    /// <summary>The text of the last header of that key; null when there is none.</summary>
    public string? HeaderText(string key) => Headers.LastOrDefault(header => header.Key == key)?.ValueText;
}

/// <summary>One header of a record.</summary>
/// <param name="Key">Not unique in a record.</param>
/// <param name="Value">Null is allowed.</param>
public sealed record KafkaHeader(string Key, byte[]? Value)
{
    /// <summary>A header of text.</summary>
    public KafkaHeader(string key, string value)
        : this(key, Encoding.UTF8.GetBytes(value))
    {
    }

    /// <summary>The value as UTF-8 text.</summary>
    public string? ValueText => Value is null ? null : Encoding.UTF8.GetString(Value);
}
