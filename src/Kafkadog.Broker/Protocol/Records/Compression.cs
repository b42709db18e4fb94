using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using K4os.Compression.LZ4;
using K4os.Compression.LZ4.Streams;
using Snappier;
using ZstdSharp;

namespace Kafkadog.Broker.Protocol.Records;

/// <summary>
/// Compresses and decompresses the records of a batch. The broker stores batches as they come, so this runs only
/// where it must look inside: compaction, time stamps, checks of keys.
/// </summary>
internal static class Compression
{
    /// <summary>The most a batch may become: well above the largest request, far below what a hostile batch could claim.</summary>
    public const int DefaultMaxBytes = 256 * 1024 * 1024;

    /// <summary>Java's snappy stream: magic, two int32 versions, then blocks that each have an int32 length.</summary>
    private static ReadOnlySpan<byte> XerialMagic => [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];

    private const int XerialHeaderSize = 16;
    private const int XerialBlockSize = 32 * 1024;

    /// <exception cref="ProtocolException">The bytes are not what the codec makes, or become more than <paramref name="maxBytes"/>.</exception>
    public static ReadOnlyMemory<byte> Decompress(CompressionCodec codec, ReadOnlyMemory<byte> source, int maxBytes = DefaultMaxBytes)
    {
        try
        {
            return codec switch
            {
                CompressionCodec.None => source,
                CompressionCodec.Gzip => Drain(new GZipStream(AsStream(source), CompressionMode.Decompress), maxBytes),
                CompressionCodec.Snappy => DecompressSnappy(source.Span, maxBytes),
                CompressionCodec.Lz4 => Drain(LZ4Stream.Decode(AsStream(source)), maxBytes),
                CompressionCodec.Zstd => Drain(new DecompressionStream(AsStream(source)), maxBytes),
                _ => throw new ProtocolException($"Compression codec {(int)codec} is not defined."),
            };
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException or ZstdException or ArgumentException or InvalidOperationException or NotSupportedException or NotImplementedException)
        {
            throw new ProtocolException($"The records are not valid {codec}.", problem);
        }
    }

    /// <param name="codec">None gives a copy.</param>
    /// <param name="source">The records.</param>
    /// <param name="level">As Apache Kafka counts it for the codec: gzip 1 to 9, lz4 1 to 17, zstd -131072 to 22. Null for a fast one.</param>
    public static byte[] Compress(CompressionCodec codec, ReadOnlySpan<byte> source, int? level = null)
    {
        if (codec == CompressionCodec.None)
        {
            return source.ToArray();
        }

        if (codec == CompressionCodec.Snappy)
        {
            return CompressSnappy(source);
        }

        using var target = new MemoryStream();
        using (Stream encoder = codec switch
        {
            CompressionCodec.Gzip => level is >= 1 and <= 9 and var exact
                ? new GZipStream(target, new ZLibCompressionOptions { CompressionLevel = exact }, leaveOpen: true)
                : new GZipStream(target, level is null ? CompressionLevel.Fastest : CompressionLevel.Optimal, leaveOpen: true),
            // Apache Kafka's reader refuses blocks that depend on earlier ones.
            CompressionCodec.Lz4 => LZ4Stream.Encode(target, new LZ4EncoderSettings { ChainBlocks = false, CompressionLevel = Lz4Level(level) }, leaveOpen: true),
            CompressionCodec.Zstd => new CompressionStream(target, level ?? 3, leaveOpen: true),
            _ => throw new ArgumentOutOfRangeException(nameof(codec)),
        })
        {
            encoder.Write(source);
        }

        return target.ToArray();
    }

    // This library has one fast level and the high ones from 3 to 12.
    private static LZ4Level Lz4Level(int? level) => level is >= (int)LZ4Level.L03_HC and var high ? (LZ4Level)Math.Min(high, (int)LZ4Level.L12_MAX) : LZ4Level.L00_FAST;

    private static ReadOnlyMemory<byte> DecompressSnappy(ReadOnlySpan<byte> source, int maxBytes)
    {
        var target = new ArrayBufferWriter<byte>();
        if (!source.StartsWith(XerialMagic))
        {
            SnappyBlock(source, target, maxBytes);
            return target.WrittenMemory;
        }

        if (source.Length < XerialHeaderSize)
        {
            throw new ProtocolException("A snappy stream is cut off.");
        }

        for (source = source[XerialHeaderSize..]; source.Length > 0;)
        {
            var size = source.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(source);
            if (size < 0 || size > source.Length - 4)
            {
                throw new ProtocolException("A snappy block is cut off.");
            }

            SnappyBlock(source.Slice(4, size), target, maxBytes);
            source = source[(4 + size)..];
        }

        return target.WrittenMemory;
    }

    private static void SnappyBlock(ReadOnlySpan<byte> block, ArrayBufferWriter<byte> target, int maxBytes)
    {
        var length = Snappy.GetUncompressedLength(block);
        if (length < 0 || length > maxBytes - target.WrittenCount)
        {
            throw TooLarge(maxBytes);
        }

        // A snappy element of three bytes makes at most 64: a claim beyond that ratio is not worth the memory.
        if (length > (long)block.Length * 64)
        {
            throw new ProtocolException("A snappy block claims more bytes than it can hold.");
        }

        if (length > 0)
        {
            target.Advance(Snappy.Decompress(block, target.GetSpan(length)));
        }
    }

    private static byte[] CompressSnappy(ReadOnlySpan<byte> source)
    {
        var target = new ArrayBufferWriter<byte>(source.Length + XerialHeaderSize);
        target.Write(XerialMagic);
        target.Write<byte>([0, 0, 0, 1, 0, 0, 0, 1]);
        for (; source.Length > 0; source = source[Math.Min(XerialBlockSize, source.Length)..])
        {
            var block = source[..Math.Min(XerialBlockSize, source.Length)];
            var span = target.GetSpan(4 + Snappy.GetMaxCompressedLength(block.Length));
            var size = Snappy.Compress(block, span[4..]);
            BinaryPrimitives.WriteInt32BigEndian(span, size);
            target.Advance(4 + size);
        }

        return target.WrittenSpan.ToArray();
    }

    private static ReadOnlyMemory<byte> Drain(Stream decoder, int maxBytes)
    {
        using (decoder)
        {
            var target = new ArrayBufferWriter<byte>();
            while (true)
            {
                var read = decoder.Read(target.GetSpan(4096));
                if (read == 0)
                {
                    return target.WrittenMemory;
                }

                target.Advance(read);
                if (target.WrittenCount > maxBytes)
                {
                    throw TooLarge(maxBytes);
                }
            }
        }
    }

    private static MemoryStream AsStream(ReadOnlyMemory<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(bytes, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(bytes.ToArray(), writable: false);

    private static ProtocolException TooLarge(int maxBytes) => new($"The records become more than {maxBytes} bytes.");
}
