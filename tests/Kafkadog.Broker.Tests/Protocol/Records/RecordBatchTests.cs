using System.Text;
using System.Text.Json;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Protocol.Records;

public sealed class RecordBatchTests
{
    private static readonly Dictionary<string, JsonElement> Vectors = File
        .ReadLines(Path.Combine(AppContext.BaseDirectory, "Protocol", "Vectors", "record-batches.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement)
        .ToDictionary(vector => vector.GetProperty("name").GetString()!);

    public static TheoryData<string> Names() => new(Vectors.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Batch_of_Apache_Kafka_is_decoded(string name)
    {
        var bytes = Convert.FromHexString(Vectors[name].GetProperty("hex").GetString()!);
        var expected = Vectors[name].GetProperty("batches")[0];
        var batch = new RecordBatch(bytes);
        Assert.True(batch.IsComplete);
        Assert.Equal(bytes.Length, batch.SizeInBytes);
        Assert.Equal(expected.GetProperty("crc").GetUInt32(), batch.Crc);
        Assert.Equal(batch.Crc, batch.ComputeCrc());
        Assert.Equal(expected.GetProperty("baseOffset").GetInt64(), batch.BaseOffset);
        Assert.Equal(expected.GetProperty("lastOffset").GetInt64(), batch.LastOffset);
        Assert.Equal(expected.GetProperty("partitionLeaderEpoch").GetInt32(), batch.PartitionLeaderEpoch);
        Assert.Equal(expected.GetProperty("codec").GetString(), ((CompressionCodec)batch.Codec).ToString(), ignoreCase: true);
        Assert.Equal(expected.GetProperty("timestampType").GetString() == "LogAppendTime", batch.IsLogAppendTime);
        Assert.Equal(expected.GetProperty("maxTimestamp").GetInt64(), batch.MaxTimestamp);
        Assert.Equal(expected.GetProperty("producerId").GetInt64(), batch.ProducerId);
        Assert.Equal(expected.GetProperty("producerEpoch").GetInt16(), batch.ProducerEpoch);
        Assert.Equal(expected.GetProperty("baseSequence").GetInt32(), batch.BaseSequence);
        Assert.Equal(expected.GetProperty("transactional").GetBoolean(), batch.IsTransactional);
        Assert.Equal(expected.GetProperty("control").GetBoolean(), batch.IsControl);

        var records = RecordBatchReader.Read(bytes);
        Assert.Equal(expected.GetProperty("records").EnumerateArray().Select(Describe), records.Select(Describe));
    }

    [Theory]
    [InlineData("plain-none")]
    [InlineData("idempotent-none")]
    [InlineData("transactional-none")]
    public void Uncompressed_batch_is_written_to_the_bytes_of_Apache_Kafka(string name)
    {
        var expected = Convert.FromHexString(Vectors[name].GetProperty("hex").GetString()!);
        var batch = new RecordBatch(expected);
        var written = RecordBatchWriter.Write(
            RecordBatchReader.Read(expected),
            producer: new BatchProducer(batch.ProducerId, batch.ProducerEpoch, batch.BaseSequence),
            attributes: batch.Attributes);
        RecordBatch.PatchPlace(written, batch.BaseOffset, batch.PartitionLeaderEpoch);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(written));
    }

    [Theory]
    [InlineData("marker-commit", (int)TransactionMarker.Commit)]
    [InlineData("marker-abort", (int)TransactionMarker.Abort)]
    public void Transaction_marker_is_written_to_the_bytes_of_Apache_Kafka(string name, int type)
    {
        var marker = (TransactionMarker)type;
        var expected = Convert.FromHexString(Vectors[name].GetProperty("hex").GetString()!);
        var batch = new RecordBatch(expected);
        var (read, coordinatorEpoch) = ControlBatch.ReadMarker(expected);
        Assert.Equal(marker, read);
        var written = ControlBatch.WriteMarker(marker, batch.ProducerId, batch.ProducerEpoch, coordinatorEpoch, batch.MaxTimestamp);
        RecordBatch.PatchPlace(written, batch.BaseOffset, batch.PartitionLeaderEpoch);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(written));
    }

    [Theory]
    [InlineData((int)CompressionCodec.None)]
    [InlineData((int)CompressionCodec.Gzip)]
    [InlineData((int)CompressionCodec.Snappy)]
    [InlineData((int)CompressionCodec.Lz4)]
    [InlineData((int)CompressionCodec.Zstd)]
    public void Records_survive_every_codec(int number)
    {
        var codec = (CompressionCodec)number;
        var records = Enumerable.Range(0, 2000).Select(i => new Record(
            0, 1_700_000_000_000 + i, Bytes($"key-{i}"), i % 7 == 0 ? default(ReadOnlyMemory<byte>?) : Bytes(new string('v', i)), [new RecordHeader("h", Bytes($"{i}"))])).ToList();
        var batch = RecordBatchWriter.Write(records, codec);
        Assert.Equal((int)codec, new RecordBatch(batch).Codec);
        Assert.Equal(
            records.Select((record, at) => Describe(record with { Offset = at })),
            RecordBatchReader.Read(batch).Select(Describe));
    }

    [Theory]
    [InlineData((int)CompressionCodec.Gzip)]
    [InlineData((int)CompressionCodec.Snappy)]
    [InlineData((int)CompressionCodec.Lz4)]
    [InlineData((int)CompressionCodec.Zstd)]
    public void Records_that_become_too_large_are_refused(int number)
    {
        var codec = (CompressionCodec)number;
        var bomb = Compression.Compress(codec, new byte[1_000_000]);
        Assert.True(bomb.Length < 100_000);
        Assert.Throws<ProtocolException>(() => Compression.Decompress(codec, bomb, maxBytes: 999_999));
        Assert.Equal(1_000_000, Compression.Decompress(codec, bomb, maxBytes: 1_000_000).Length);
    }

    [Fact]
    public void Raw_snappy_block_is_read_as_librdkafka_sends_it()
    {
        var plain = Bytes("raw block raw block raw block raw block");
        Assert.Equal(plain, Compression.Decompress(CompressionCodec.Snappy, Snappier.Snappy.CompressToArray(plain)).ToArray());
    }

    [Fact]
    public void Damaged_batches_are_refused_with_a_protocol_exception_and_nothing_else()
    {
        var random = new Random(20260101);
        foreach (var vector in Vectors.Values)
        {
            var original = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            for (var round = 0; round < 500; round++)
            {
                var damaged = original.ToArray();
                for (var flips = random.Next(1, 4); flips > 0; flips--)
                {
                    damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
                }

                try
                {
                    RecordBatchReader.Read(damaged, maxDecompressedBytes: 1 << 20);
                }
                catch (ProtocolException)
                {
                    // The only failure a parser may have.
                }
            }
        }
    }

    [Fact]
    public void Crc32C_has_its_check_value() => Assert.Equal(0xE3069283u, Crc32C.Compute(Bytes("123456789")));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Describe(JsonElement record) =>
        $"{record.GetProperty("offset").GetInt64()} {record.GetProperty("timestamp").GetInt64()} " +
        $"{record.GetProperty("key").GetString() ?? "null"} {record.GetProperty("value").GetString() ?? "null"} " +
        string.Join(',', record.GetProperty("headers").EnumerateArray().Select(header =>
            $"{header.GetProperty("key").GetString()}={header.GetProperty("value").GetString() ?? "null"}"));

    private static string Describe(Record record) =>
        $"{record.Offset} {record.TimestampMs} {Hex(record.Key)} {Hex(record.Value)} " +
        string.Join(',', record.Headers.Select(header => $"{header.Key}={Hex(header.Value)}"));

    private static string Hex(ReadOnlyMemory<byte>? bytes) => bytes is { } given ? Convert.ToHexStringLower(given.Span) : "null";
}
