using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>A message as JSON a human can read: errors by name, record batches unpacked, and what every broker makes up for itself by a symbol.</summary>
internal sealed class MessageJson(Symbols symbols)
{
    public JsonNode? Of(object? value, string name = "") => value switch
    {
        null => null,
        ErrorCode error => error.ToString(),
        RecordData records => Batches(records.Memory),
        ReadOnlyMemory<byte> bytes => Text(bytes),
        Guid id => id == Guid.Empty ? "none" : symbols.Of("id", id.ToString()),
        string text => symbols.OfText(name, text),
        bool flag => flag,
        double number => number,
        IConvertible number when number is not IEnumerable => symbols.OfNumber(name, number.ToInt64(null)),
        IEnumerable many => new JsonArray([.. many.Cast<object?>().Select(one => Of(one, name))]),
        _ => OfMessage(value),
    };

    private JsonObject OfMessage(object message)
    {
        var json = new JsonObject();
        foreach (var property in message.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(message);
            if (property.Name != "UnknownTaggedFields" || value is not null)
            {
                json[property.Name] = Of(value, property.Name);
            }
        }

        return json;
    }

    private JsonArray Batches(ReadOnlyMemory<byte> bytes)
    {
        var batches = new JsonArray();
        while (bytes.Length >= RecordBatch.HeaderSize && new RecordBatch(bytes.Span) is { IsComplete: true } batch)
        {
            batches.Add(Batch(bytes[..batch.SizeInBytes]));
            bytes = bytes[batch.SizeInBytes..];
        }

        if (!bytes.IsEmpty)
        {
            batches.Add($"{bytes.Length} further bytes");
        }

        return batches;
    }

    private JsonObject Batch(ReadOnlyMemory<byte> bytes)
    {
        var batch = new RecordBatch(bytes.Span);
        return new JsonObject
        {
            ["BaseOffset"] = batch.BaseOffset,
            ["LastOffset"] = batch.LastOffset,
            ["PartitionLeaderEpoch"] = batch.PartitionLeaderEpoch,
            ["Attributes"] = batch.Attributes,
            ["CrcIsRight"] = batch.Crc == batch.ComputeCrc(),
            ["MaxTimestamp"] = batch.IsLogAppendTime ? "log append time" : batch.IsControl ? "time of the marker" : batch.MaxTimestamp,
            ["ProducerId"] = symbols.OfNumber("ProducerId", batch.ProducerId),
            ["ProducerEpoch"] = batch.ProducerEpoch,
            ["BaseSequence"] = batch.BaseSequence,
            ["Records"] = new JsonArray([.. RecordBatchReader.Read(bytes.ToArray()).Select(OfRecord)]),
        };
    }

    private static JsonNode? OfRecord(Record record) =>
        $"{record.Offset}: {(record.Key is { } key ? Text(key) : "null")} = {(record.Value is { } value ? Text(value) : "null")}"
        + string.Concat(record.Headers.Select(header => $" [{header.Key}]"));

    private static string Text(ReadOnlyMemory<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes.Span);
        return text.All(c => c is >= ' ' and <= '~') ? text : Convert.ToHexString(bytes.Span);
    }
}
