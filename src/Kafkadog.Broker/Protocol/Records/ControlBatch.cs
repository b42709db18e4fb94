namespace Kafkadog.Broker.Protocol.Records;

/// <summary>
/// The marker that ends a transaction in a partition: a control batch of one record.
/// Key: int16 version 0, int16 type. Value: int16 version 0, int32 epoch of the transaction coordinator.
/// </summary>
internal static class ControlBatch
{
    public static byte[] WriteMarker(TransactionMarker marker, long producerId, short producerEpoch, int coordinatorEpoch, long timestampMs)
    {
        using var key = new ProtocolWriter(4);
        key.WriteInt16(0);
        key.WriteInt16((short)marker);
        using var value = new ProtocolWriter(6);
        value.WriteInt16(0);
        value.WriteInt32(coordinatorEpoch);
        return RecordBatchWriter.Write(
            [new Record(timestampMs, key.ToArray(), value.ToArray())],
            producer: new BatchProducer(producerId, producerEpoch, BaseSequence: -1),
            attributes: RecordBatch.TransactionalBit | RecordBatch.ControlBit);
    }

    /// <exception cref="ProtocolException">The batch is not a control batch that this broker writes.</exception>
    public static MarkerRecord ReadMarker(ReadOnlyMemory<byte> batch)
    {
        var records = RecordBatchReader.Read(batch);
        if (!new RecordBatch(batch.Span).IsControl || records is not [{ Key: { } keyBytes, Value: { } valueBytes }])
        {
            throw new ProtocolException("Not a transaction marker.");
        }

        var key = new ProtocolReader(keyBytes);
        key.ReadInt16();
        var marker = (TransactionMarker)key.ReadInt16();
        var value = new ProtocolReader(valueBytes);
        value.ReadInt16();
        return marker is TransactionMarker.Abort or TransactionMarker.Commit
            ? new(marker, value.ReadInt32())
            : throw new ProtocolException($"Control record type {(short)marker} is not a transaction marker.");
    }
}

/// <summary>What a marker says, beside the producer in its batch header.</summary>
internal readonly record struct MarkerRecord(TransactionMarker Marker, int CoordinatorEpoch);

/// <summary>How a transaction ended, by its number in the key of a control record.</summary>
internal enum TransactionMarker : short
{
    Abort = 0,
    Commit = 1,
}
