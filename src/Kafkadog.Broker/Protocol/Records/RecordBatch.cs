using System.Buffers.Binary;

namespace Kafkadog.Broker.Protocol.Records;

/// <summary>
/// A view of one record batch (format v2) in memory: the 61-byte header, without touching the records.
/// <code>
///  0 baseOffset i64 | 8 batchLength i32 | 12 partitionLeaderEpoch i32 | 16 magic i8 | 17 crc u32
/// 21 attributes i16 | 23 lastOffsetDelta i32 | 27 baseTimestamp i64 | 35 maxTimestamp i64
/// 43 producerId i64 | 51 producerEpoch i16 | 53 baseSequence i32 | 57 recordCount i32 | 61 records
/// </code>
/// The CRC covers byte 21 to the end, so base offset and leader epoch can be patched without touching it.
/// </summary>
/// <param name="bytes">At least <see cref="HeaderSize"/> bytes beginning at a base offset.</param>
internal readonly ref struct RecordBatch(ReadOnlySpan<byte> bytes)
{
    public const int HeaderSize = 61;
    /// <summary>Base offset and length: what must be read to know where the next batch begins.</summary>
    public const int LogOverhead = 12;
    public const byte CurrentMagic = 2;

    public const int BaseOffsetAt = 0, LengthAt = 8, LeaderEpochAt = 12, MagicAt = 16, CrcAt = 17, AttributesAt = 21,
        LastOffsetDeltaAt = 23, BaseTimestampAt = 27, MaxTimestampAt = 35, ProducerIdAt = 43, ProducerEpochAt = 51,
        BaseSequenceAt = 53, RecordCountAt = 57;

    public const short CodecMask = 0x07, LogAppendTimeBit = 0x08, TransactionalBit = 0x10, ControlBit = 0x20, DeleteHorizonBit = 0x40;

    /// <summary>The bytes of the view: the header, and the records if the caller gave them.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(Bytes[BaseOffsetAt..]);
    /// <summary>Length of the whole batch in bytes as its header states it; not checked, may overflow to negative on hostile input.</summary>
    public int SizeInBytes => unchecked(BinaryPrimitives.ReadInt32BigEndian(Bytes[LengthAt..]) + LogOverhead);
    public int PartitionLeaderEpoch => BinaryPrimitives.ReadInt32BigEndian(Bytes[LeaderEpochAt..]);
    public byte Magic => Bytes[MagicAt];
    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(Bytes[CrcAt..]);
    public short Attributes => BinaryPrimitives.ReadInt16BigEndian(Bytes[AttributesAt..]);
    public int LastOffsetDelta => BinaryPrimitives.ReadInt32BigEndian(Bytes[LastOffsetDeltaAt..]);
    public long LastOffset => BaseOffset + LastOffsetDelta;
    public long NextOffset => LastOffset + 1;
    public long BaseTimestamp => BinaryPrimitives.ReadInt64BigEndian(Bytes[BaseTimestampAt..]);
    public long MaxTimestamp => BinaryPrimitives.ReadInt64BigEndian(Bytes[MaxTimestampAt..]);
    public long ProducerId => BinaryPrimitives.ReadInt64BigEndian(Bytes[ProducerIdAt..]);
    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(Bytes[ProducerEpochAt..]);
    public int BaseSequence => BinaryPrimitives.ReadInt32BigEndian(Bytes[BaseSequenceAt..]);
    public int RecordCount => BinaryPrimitives.ReadInt32BigEndian(Bytes[RecordCountAt..]);

    /// <summary>0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5 to 7 are not defined.</summary>
    public int Codec => Attributes & CodecMask;
    public bool IsLogAppendTime => (Attributes & LogAppendTimeBit) != 0;
    public bool IsTransactional => (Attributes & TransactionalBit) != 0;
    public bool IsControl => (Attributes & ControlBit) != 0;
    public bool HasProducerId => ProducerId >= 0;

    /// <summary>From when on compaction drops the batch's tombstones or its marker; it takes the place of the base timestamp. Null before the first cleaning.</summary>
    public long? DeleteHorizonMs => (Attributes & DeleteHorizonBit) != 0 ? BaseTimestamp : null;

    /// <summary>The records, compressed if <see cref="Codec"/> is not 0.</summary>
    public ReadOnlySpan<byte> Records => Bytes[HeaderSize..SizeInBytes];

    /// <summary>True when the view holds the whole batch and its stated size is possible.</summary>
    public bool IsComplete => Bytes.Length >= HeaderSize && SizeInBytes >= HeaderSize && SizeInBytes <= Bytes.Length;

    public uint ComputeCrc() => Crc32C.Compute(Bytes[AttributesAt..SizeInBytes]);

    /// <summary>Assigns the place in the log; legal on a received batch because the CRC does not cover these fields.</summary>
    public static void PatchPlace(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch[BaseOffsetAt..], baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], leaderEpoch);
    }

    /// <summary>Turns a whole batch into log-append time and recomputes its CRC; the base timestamp stays, as in Apache Kafka.</summary>
    public static void PatchLogAppendTime(Span<byte> batch, long timestampMs)
    {
        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], (short)(attributes | LogAppendTimeBit));
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestampMs);
        PatchCrc(batch);
    }

    public static void PatchCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], new RecordBatch(batch).ComputeCrc());
}
