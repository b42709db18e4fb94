using System.Buffers;
using System.Text.Json;

namespace Kafkadog.Messaging;

/// <summary>Headers as a JSON array of pairs: order and repetition survive.</summary>
internal sealed class HeaderText : IDisposable
{
    private readonly ArrayBufferWriter<byte> buffer = new(2048);
    private readonly Utf8JsonWriter writer;

    public HeaderText() => writer = new Utf8JsonWriter(buffer);

    /// <summary>The text as UTF-8, in a buffer that the next call uses again.</summary>
    public ReadOnlyMemory<byte> Write(RecordHeaders headers)
    {
        buffer.ResetWrittenCount();
        writer.Reset();
        writer.WriteStartArray();
        foreach (var (key, value) in headers.Entries)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(key);
            writer.WriteStringValue(value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.Flush();
        return buffer.WrittenMemory;
    }

    public static RecordHeaders Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return new(document.RootElement.EnumerateArray().Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!)));
    }

    public void Dispose() => writer.Dispose();
}
