using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage;

/// <summary>When a new segment begins.</summary>
public sealed class SegmentRollTests : StorageTest
{
    [Fact]
    public async Task Offset_beyond_32_bits_of_the_first_begins_a_segment()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        await AppendManyAsync(log, batches: 1);
        // Many records in few bytes: only the header has to be believed for this.
        for (var i = 0; i < 3; i++)
            Assert.Equal(ErrorCode.None, (await log.AppendAsync(Hollow(1_000_000_000), RequiredAcks.All, AppendOrigin.Coordinator)).Error);
        Assert.Equal([0, 2_000_000_001], Segments("orders"));
        Assert.Equal(3_000_000_001, log.LogEndOffset);
        Assert.Equal((2_000_000_001, 3_000_000_000), Batches(ReadBytes(log, 2_500_000_000))[0]);
        var reopened = (await OpenAsync(CopyAsKilled())).Topics.Partition("orders", 0)!;
        Assert.Equal(3_000_000_001, reopened.LogEndOffset);
    }

    [Fact]
    public async Task Jitter_takes_a_random_part_of_the_age()
    {
        var storage = await OpenAsync();
        var ages = new HashSet<long>();
        for (var topic = 0; topic < 20; topic++)
        {
            var name = $"jitter-{topic}";
            var log = CreateLog(storage, name, (TopicConfigs.SegmentMs, "60000"), (TopicConfigs.SegmentJitterMs, "50000"));
            var first = NowMs;
            await AppendAsync(log, Batch(timestampMs: first));
            var age = 0;
            for (; Segments(name).Count == 1; age += 1000)
                await AppendAsync(log, Batch(timestampMs: first + age));
            ages.Add(age);
            Assert.InRange(age, 10_000, 63_000);
        }

        Assert.True(ages.Count > 5, $"{ages.Count} different ages");
    }

    [Fact]
    public async Task Compacted_topic_closes_a_segment_when_its_records_must_be_compacted()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.CleanupPolicy, "compact"), (TopicConfigs.MaxCompactionLagMs, "1000")]);
        await AppendAsync(log, Batch());
        Time.Advance(TimeSpan.FromMilliseconds(1000));
        await AppendAsync(log, Batch());
        Assert.Single(Segments("orders"));
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await AppendAsync(log, Batch());
        Assert.Equal([0, 2], Segments("orders"));
    }

    [Fact]
    public async Task Records_without_timestamps_age_by_the_brokers_clock()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: (TopicConfigs.SegmentMs, "1000"));
        await AppendAsync(log, Batch(timestampMs: -1));
        await AppendAsync(log, Batch(timestampMs: -1));
        Assert.Single(Segments("orders"));
        Time.Advance(TimeSpan.FromSeconds(2));
        await AppendAsync(log, Batch(timestampMs: -1));
        Assert.Equal([0, 2], Segments("orders"));
    }

    [Theory]
    [InlineData("uncompressed", 0)]
    [InlineData("gzip", 1)]
    [InlineData("snappy", 2)]
    [InlineData("lz4", 3)]
    [InlineData("zstd", 4)]
    public async Task Codec_of_the_topic_is_that_of_its_stored_batches(string name, int codec)
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.CompressionType, name), (TopicConfigs.CompressionGzipLevel, "9"), (TopicConfigs.CompressionLz4Level, "17"), (TopicConfigs.CompressionZstdLevel, "-5")]);
        for (var from = 0; from <= 4; from++)
        {
            var sent = Batch(records: 10, valueBytes: 300, producer: new BatchProducer(1, 0, from * 10), codec: (CompressionCodec)from);
            var result = await AppendAsync(log, sent);
            Assert.Equal(ErrorCode.None, result.Error);
            var stored = ReadBytes(log, result.BaseOffset, 1);
            var batch = new RecordBatch(stored);
            Assert.Equal((codec, 1L, from * 10), (batch.Codec, batch.ProducerId, batch.BaseSequence));
            Assert.Equal(batch.ComputeCrc(), batch.Crc);
            Assert.Equal(
                RecordBatchReader.Read(sent).Select(r => (r.TimestampMs, r.Key!.Value.ToArray(), r.Value!.Value.Length)),
                RecordBatchReader.Read(stored).Select(r => (r.TimestampMs, r.Key!.Value.ToArray(), r.Value!.Value.Length)),
                (a, b) => a.TimestampMs == b.TimestampMs && a.Item2.SequenceEqual(b.Item2) && a.Length == b.Length);
            // The same bytes as sent when the codec is right already.
            if (from == codec)
                Assert.Equal(sent[RecordBatch.HeaderSize..], stored[RecordBatch.HeaderSize..]);
        }
    }

    private List<long> Segments(string topic) =>
        [.. Directory.GetFiles(Path.Combine(Data, $"{topic}-0"), "*.log").Select(p => LogFormat.BaseOffset(Path.GetFileName(p), ".log")!.Value).Order()];

    private byte[] Hollow(int records)
    {
        var batch = Batch(codec: CompressionCodec.Gzip);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatch.LastOffsetDeltaAt), records - 1);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatch.RecordCountAt), records);
        RecordBatch.PatchCrc(batch);
        return batch;
    }
}
