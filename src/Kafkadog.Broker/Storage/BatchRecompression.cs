using System.Buffers.Binary;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Broker.Storage;

/// <summary>
/// Turns a batch into the codec of its topic (<c>compression.type</c>) before it is appended. The records and everything about them stay.
/// As in Apache Kafka the level plays no part for a batch that comes in the right codec.
/// </summary>
internal static class BatchRecompression
{
    public static bool IsNeeded(in RecordBatch batch, TopicConfig config) =>
        config.Compression is { } codec && (int)codec != batch.Codec && !batch.IsControl;

    /// <exception cref="ProtocolException">The records do not decompress.</exception>
    public static byte[] Recompress(ReadOnlyMemory<byte> bytes, TopicConfig config)
    {
        var batch = new RecordBatch(bytes.Span);
        var codec = config.Compression ?? (CompressionCodec)batch.Codec;
        var records = Compression.Compress(codec, Compression.Decompress((CompressionCodec)batch.Codec, bytes[RecordBatch.HeaderSize..batch.SizeInBytes]).Span, config.CompressionLevel);
        var result = new byte[RecordBatch.HeaderSize + records.Length];
        batch.Bytes[..RecordBatch.HeaderSize].CopyTo(result);
        records.CopyTo(result, RecordBatch.HeaderSize);
        BinaryPrimitives.WriteInt32BigEndian(result.AsSpan(RecordBatch.LengthAt), result.Length - RecordBatch.LogOverhead);
        BinaryPrimitives.WriteInt16BigEndian(result.AsSpan(RecordBatch.AttributesAt), (short)((batch.Attributes & ~RecordBatch.CodecMask) | (int)codec));
        RecordBatch.PatchCrc(result);
        return result;
    }
}
