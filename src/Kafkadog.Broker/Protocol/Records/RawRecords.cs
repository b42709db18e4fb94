namespace Kafkadog.Broker.Protocol.Records;

/// <summary>
/// Walks the records of a batch and tells of each what compaction has to know, without copying any of it: a record that is kept
/// keeps its bytes, whatever its headers hold. <see cref="RecordBatchReader"/> shows the layout of a record.
/// Every step throws <see cref="ProtocolException"/> when the bytes do not fit.
/// </summary>
/// <param name="records">The records of one batch, decompressed.</param>
/// <param name="count">How many the header of the batch claims.</param>
internal ref struct RawRecords(ReadOnlyMemory<byte> records, int count)
{
    private readonly ReadOnlyMemory<byte> _records = records;
    private ProtocolReader _reader = new(records);
    private int _left = count;

    /// <summary>The whole record with the length before it.</summary>
    public ReadOnlyMemory<byte> Whole { get; private set; }

    /// <summary>Key, value and headers: what does not change when the record moves to another batch.</summary>
    public ReadOnlyMemory<byte> FromKey { get; private set; }

    /// <summary>Unused by Kafka up to now, kept for later.</summary>
    public sbyte Attributes { get; private set; }
    public long TimestampDelta { get; private set; }
    public int OffsetDelta { get; private set; }

    /// <summary>Null for none.</summary>
    public ReadOnlyMemory<byte>? Key { get; private set; }

    /// <summary>False for a tombstone.</summary>
    public bool HasValue { get; private set; }

    public bool MoveNext()
    {
        if (_left <= 0)
            return _reader.Remaining == 0 ? false : throw new ProtocolException("Bytes follow the last record of a batch.");
        _left--;
        var start = _reader.Position;
        var length = _reader.ReadVarInt();
        if (length < 0 || length > _reader.Remaining)
            throw new ProtocolException($"A record has length {length}.");
        var end = _reader.Position + length;
        Attributes = _reader.ReadInt8();
        TimestampDelta = _reader.ReadVarLong();
        OffsetDelta = _reader.ReadVarInt();
        var key = _reader.Position;
        Key = ReadBytes();
        HasValue = ReadBytes() is not null;
        if (_reader.Position > end)
            throw new ProtocolException("A record does not have the length it claims.");
        _reader.ReadRaw(end - _reader.Position);
        (Whole, FromKey) = (_records[start..end], _records[key..end]);
        return true;
    }

    private ReadOnlyMemory<byte>? ReadBytes()
    {
        var length = _reader.ReadVarInt();
        return length switch
        {
            >= 0 => _reader.ReadRaw(length),
            -1 => default(ReadOnlyMemory<byte>?), // a plain null would become empty bytes
            _ => throw new ProtocolException($"A field of a record has length {length}."),
        };
    }
}
