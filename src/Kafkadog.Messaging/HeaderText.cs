using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Kafkadog.Messaging;

/// <summary>Headers as a JSON array of pairs: order and repetition survive.</summary>
internal static class HeaderText
{
    public static string Write(RecordHeaders headers)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var (key, value) in headers.Entries)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(key);
                writer.WriteStringValue(value);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static RecordHeaders Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return new(document.RootElement.EnumerateArray().Select(pair => KeyValuePair.Create(pair[0].GetString()!, pair[1].GetString()!)));
    }
}
