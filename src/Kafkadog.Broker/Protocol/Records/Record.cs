namespace Kafkadog.Broker.Protocol.Records;

/// <summary>One header of a record.</summary>
internal readonly record struct RecordHeader(string Key, ReadOnlyMemory<byte>? Value);

/// <summary>One record as a consumer sees it.</summary>
/// <param name="Offset">Its place in the partition.</param>
/// <param name="TimestampMs">Milliseconds since 1970: the producer's time, or the time of the append.</param>
/// <param name="Key">Null for none.</param>
/// <param name="Value">Null for a tombstone. Mind that a null <c>byte[]</c> converts to empty bytes, not to null.</param>
/// <param name="Headers">In the order they were sent; a key may occur more than once.</param>
internal readonly record struct Record(
    long Offset, long TimestampMs, ReadOnlyMemory<byte>? Key, ReadOnlyMemory<byte>? Value, IReadOnlyList<RecordHeader> Headers)
{
    /// <summary>A record to write; <see cref="RecordBatchWriter"/> gives it its offset.</summary>
    public Record(long timestampMs, ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value)
        : this(0, timestampMs, key, value, [])
    {
    }
}
