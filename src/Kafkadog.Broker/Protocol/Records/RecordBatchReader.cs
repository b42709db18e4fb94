namespace Kafkadog.Broker.Protocol.Records;

/// <summary>
/// Takes the records out of a batch. A record is: length, attributes (int8, unused), timestamp delta, offset delta,
/// key, value, headers; all numbers but the attributes are zigzag base-128, and a length of -1 is null.
/// </summary>
internal static class RecordBatchReader
{
    private const int SmallestRecord = 7;
    private const int SmallestHeader = 2;

    /// <summary>All records of one whole batch whose CRC has been checked. Keys and values are parts of the batch when it is not compressed.</summary>
    /// <exception cref="ProtocolException">The records do not decompress, or do not fit the format or the header.</exception>
    public static List<Record> Read(ReadOnlyMemory<byte> batch, int maxDecompressedBytes = Compression.DefaultMaxBytes)
    {
        var header = new RecordBatch(batch.Span);
        if (batch.Length < RecordBatch.HeaderSize || !header.IsComplete)
        {
            throw new ProtocolException("A record batch is cut off.");
        }

        var compressed = batch[RecordBatch.HeaderSize..header.SizeInBytes];
        var reader = new ProtocolReader(Compression.Decompress((CompressionCodec)header.Codec, compressed, maxDecompressedBytes));
        var count = header.RecordCount;
        if (count < 0 || count > reader.Remaining / SmallestRecord)
        {
            throw new ProtocolException($"A batch claims {count} records in {reader.Remaining} bytes.");
        }

        var records = new List<Record>(count);
        for (var at = 0; at < count; at++)
        {
            records.Add(ReadOne(ref reader, header));
        }

        return reader.Remaining == 0 ? records : throw new ProtocolException("Bytes follow the last record of a batch.");
    }

    private static Record ReadOne(ref ProtocolReader reader, RecordBatch batch)
    {
        var length = reader.ReadVarInt();
        if (length < 0 || length > reader.Remaining)
        {
            throw new ProtocolException($"A record has length {length}.");
        }

        var end = reader.Position + length;
        reader.ReadInt8();
        var timestamp = batch.BaseTimestamp + reader.ReadVarLong();
        var offset = batch.BaseOffset + reader.ReadVarInt();
        var key = ReadBytes(ref reader);
        var value = ReadBytes(ref reader);
        var headers = ReadHeaders(ref reader);
        return reader.Position == end
            ? new Record(offset, batch.IsLogAppendTime ? batch.MaxTimestamp : timestamp, key, value, headers)
            : throw new ProtocolException("A record does not have the length it claims.");
    }

    private static RecordHeader[] ReadHeaders(ref ProtocolReader reader)
    {
        var count = reader.ReadVarInt();
        if (count < 0 || count > reader.Remaining / SmallestHeader)
        {
            throw new ProtocolException($"A record claims {count} headers in {reader.Remaining} bytes.");
        }

        var headers = count == 0 ? [] : new RecordHeader[count];
        for (var at = 0; at < count; at++)
        {
            var key = ReadBytes(ref reader) ?? throw new ProtocolException("The key of a record header is null.");
            headers[at] = new RecordHeader(System.Text.Encoding.UTF8.GetString(key.Span), ReadBytes(ref reader));
        }

        return headers;
    }

    private static ReadOnlyMemory<byte>? ReadBytes(ref ProtocolReader reader)
    {
        var length = reader.ReadVarInt();
        if (length < 0)
        {
            return length == -1 ? default(ReadOnlyMemory<byte>?) : throw new ProtocolException($"A field of a record has length {length}.");
        }

        return reader.ReadRaw(length);
    }
}
