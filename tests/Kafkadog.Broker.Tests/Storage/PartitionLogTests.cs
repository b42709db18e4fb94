using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class PartitionLogTests : StorageTest
{
    [Fact]
    public async Task Append_assigns_offsets_and_leader_epoch_without_changing_the_crc()
    {
        var log = CreateLog(await OpenAsync());
        var sent = Batch(3);
        var original = sent.ToArray();
        Assert.Equal(0, (await AppendAsync(log, sent)).BaseOffset);
        Assert.Equal(3, (await AppendAsync(log, Batch(2))).BaseOffset);

        Assert.Equal(original, sent);
        Assert.Equal(5, log.HighWatermark);
        var bytes = ReadBytes(log, 0);
        Assert.Equal([(0, 2), (3, 4)], Batches(bytes));
        Assert.Equal(0, new RecordBatch(bytes).PartitionLeaderEpoch);
        Assert.Equal(new RecordBatch(original).Crc, new RecordBatch(bytes).Crc);
        Assert.Equal(original[RecordBatch.MagicAt..], bytes[RecordBatch.MagicAt..original.Length]);
    }

    [Fact]
    public async Task Log_append_time_replaces_timestamps_and_is_answered()
    {
        var log = CreateLog(await OpenAsync(), configs: (TopicConfigs.MessageTimestampType, "LogAppendTime"));
        Assert.Equal(NowMs, (await AppendAsync(log, Batch(2, timestampMs: 5))).LogAppendTimeMs);
        var records = RecordBatchReader.Read(ReadBytes(log, 0));
        Assert.All(records, r => Assert.Equal(NowMs, r.TimestampMs));
        Assert.Single(Batches(ReadBytes(log, 0)));
    }

    [Fact]
    public async Task Read_returns_the_batch_containing_the_offset_and_whole_batches_within_max_bytes()
    {
        var log = CreateLog(await OpenAsync());
        await AppendManyAsync(log, batches: 300, records: 3);
        var size = Batch(3).Length;

        Assert.Equal((6, 8), Batches(ReadBytes(log, 7, size))[0]);
        Assert.Equal([(6, 8), (9, 11)], Batches(ReadBytes(log, 8, (3 * size) - 1)));
        Assert.Equal([(0, 2)], Batches(ReadBytes(log, 0, 1)));
        Assert.Empty(ReadBytes(log, 0, size - 1, atLeastOne: false));
        for (var offset = 0; offset < 900; offset += 7)
        {
            var batches = Batches(ReadBytes(log, offset, 40 * size));
            Assert.Equal(offset / 3 * 3, batches[0].Base);
            Assert.Equal(Math.Min(40, 300 - (offset / 3)), batches.Count);
        }

        Assert.Empty(ReadBytes(log, 900));
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Read(901, 100, true).Error);
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Read(-1, 100, true).Error);
        Assert.Equal(-1, log.Read(901, 100, true).HighWatermark);
    }

    [Fact]
    public async Task Segments_roll_by_size_and_reads_go_on_in_the_next()
    {
        var log = CreateLog(await OpenAsync(), configs: (TopicConfigs.InternalSegmentBytes, "1000"));
        await AppendManyAsync(log, batches: 100);
        Assert.True(Directory.GetFiles(Path.Combine(Data, "orders-0"), "*.log").Length > 5);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => ((long)i, (long)i)), AllBatches(log));
        Assert.All(Enumerable.Range(0, 100), o => Assert.Equal(o, Batches(ReadBytes(log, o))[0].Base));
    }

    [Fact]
    public async Task Segments_roll_by_age_and_by_a_full_index()
    {
        var storage = await OpenAsync();
        var aged = CreateLog(storage, "aged", (TopicConfigs.SegmentMs, "1000"));
        await AppendAsync(aged, Batch());
        Time.Advance(TimeSpan.FromSeconds(2));
        await AppendAsync(aged, Batch());
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Data, "aged-0"), "*.log").Length);

        var full = CreateLog(storage, "full", (TopicConfigs.SegmentIndexBytes, "16"), (TopicConfigs.IndexIntervalBytes, "0"));
        await AppendManyAsync(full, batches: 10);
        Assert.True(Directory.GetFiles(Path.Combine(Data, "full-0"), "*.log").Length > 2);
        Assert.Equal(10, AllBatches(full).Count);
    }

    [Fact]
    public async Task Invalid_batches_are_refused_with_Kafkas_errors()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: (TopicConfigs.MaxMessageBytes, "500"));
        var flipped = Batch();
        flipped[^1] ^= 1;
        var count = Batch(2);
        count[RecordBatch.RecordCountAt + 3] = 1;
        RecordBatch.PatchCrc(count);
        var control = RecordBatchWriter.Write([new Record(NowMs, null, null)], attributes: RecordBatch.ControlBit);
        var appendTime = RecordBatchWriter.Write([new Record(NowMs, null, null)], attributes: RecordBatch.LogAppendTimeBit);
        byte[] two = [.. Batch(), .. Batch()];

        async Task<ErrorCode> ErrorAsync(PartitionLog to, byte[] batch) => (await AppendAsync(to, batch)).Error;
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorAsync(log, []));
        Assert.Equal(ErrorCode.CorruptMessage, await ErrorAsync(log, flipped));
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorAsync(log, Batch()[..^1]));
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorAsync(log, two));
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorAsync(log, count));
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorAsync(log, control));
        Assert.Equal(ErrorCode.InvalidTimestamp, await ErrorAsync(log, appendTime));
        Assert.Equal(ErrorCode.MessageTooLarge, await ErrorAsync(log, Batch(valueBytes: 500)));
        Assert.Equal(ErrorCode.InvalidTimestamp, await ErrorAsync(log, Batch(timestampMs: NowMs + 3_600_002)));
        Assert.Equal(ErrorCode.None, await ErrorAsync(log, Batch(timestampMs: NowMs + 3_500_000)));
        Assert.Equal(1, log.LogEndOffset);

        var compacted = CreateLog(storage, "compacted", (TopicConfigs.CleanupPolicy, "compact"));
        Assert.Equal(ErrorCode.InvalidRecord, await ErrorAsync(compacted, Batch(key: null)));
        Assert.Equal(ErrorCode.None, await ErrorAsync(compacted, Batch(codec: CompressionCodec.Lz4)));
        var unsafeTopic = CreateLog(storage, "two-replicas", (TopicConfigs.MinInsyncReplicas, "2"));
        Assert.Equal(ErrorCode.NotEnoughReplicas, await ErrorAsync(unsafeTopic, Batch()));
        Assert.Equal(ErrorCode.None, (await AppendAsync(unsafeTopic, Batch(), RequiredAcks.Leader)).Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Offset_for_timestamp_finds_the_exact_record(int codec)
    {
        var log = CreateLog(await OpenAsync(), configs: (TopicConfigs.InternalSegmentBytes, "4000"));
        Assert.Equal(new(ErrorCode.None, -1, -1, -1), log.OffsetForTimestamp(-3));
        for (var i = 0; i < 100; i++)
            await AppendAsync(log, Batch(records: 10, timestampMs: NowMs - 100_000 + (i * 100), codec: (CompressionCodec)codec));
        var first = NowMs - 100_000;

        Assert.Equal(new(ErrorCode.None, -1, 1000, 0), log.OffsetForTimestamp(-1));
        Assert.Equal(new(ErrorCode.None, -1, 0, 0), log.OffsetForTimestamp(-2));
        Assert.Equal(new(ErrorCode.None, -1, 0, 0), log.OffsetForTimestamp(-4));
        Assert.Equal(new(ErrorCode.None, first + 9909, 999, 0), log.OffsetForTimestamp(-3));
        Assert.Equal(new(ErrorCode.None, first, 0, 0), log.OffsetForTimestamp(0));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(new(ErrorCode.None, first + (i * 100) + 4, (i * 10) + 4, 0), log.OffsetForTimestamp(first + (i * 100) + 4));
            Assert.Equal(i == 99 ? new(ErrorCode.None, -1, -1, -1) : new(ErrorCode.None, first + ((i + 1) * 100), (i + 1) * 10, 0), log.OffsetForTimestamp(first + (i * 100) + 10));
        }
    }

    [Fact]
    public async Task Delete_records_moves_the_log_start_and_survives_a_kill()
    {
        var log = CreateLog(await OpenAsync(), configs: (TopicConfigs.InternalSegmentBytes, "1000"));
        await AppendManyAsync(log, batches: 20, records: 5);
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.DeleteRecords(101).Error);
        Assert.Equal(new(ErrorCode.None, 52), log.DeleteRecords(52));
        Assert.Equal(new(ErrorCode.None, 52), log.DeleteRecords(10));
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Read(51, 100, true).Error);
        Assert.Equal((50, 54), Batches(ReadBytes(log, 52))[0]);

        var reopened = (await OpenAsync(CopyAsKilled())).Topics.Partition("orders", 0)!;
        Assert.Equal(52, reopened.LogStartOffset);
        Assert.Equal(100, reopened.LogEndOffset);
        Assert.Equal(new(ErrorCode.None, 100), log.DeleteRecords(-1));
        Assert.Empty(ReadBytes(log, 100));
    }

    [Fact]
    public async Task Observers_are_told_of_new_records_and_of_deletion()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        var observer = new CountingObserver();
        log.Observers.Add(observer);
        await AppendAsync(log, Batch());
        Assert.Equal(1, observer.Calls);
        log.DeleteRecords(1);
        Assert.True(observer.Calls > 1);
        var before = observer.Calls;
        storage.Topics.Delete("orders");
        Assert.True(observer.Calls > before);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, log.Read(0, 1, true).Error);
        log.Observers.Remove(observer);
    }

    [Fact]
    public async Task Leader_epoch_grows_with_every_start_and_its_end_offsets_are_known()
    {
        var storage = await OpenAsync();
        await AppendManyAsync(CreateLog(storage), batches: 3);
        await storage.DisposeAsync();
        storage = await OpenAsync();
        await storage.DisposeAsync(); // a start without an append leaves no epoch
        var log = (await OpenAsync()).Topics.Partition("orders", 0)!;
        await AppendManyAsync(log, batches: 2);

        Assert.Equal(2, log.LeaderEpoch);
        Assert.Equal(2, new RecordBatch(ReadBytes(log, 3)).PartitionLeaderEpoch);
        Assert.Equal(new(0, 3), log.OffsetForLeaderEpoch(0));
        Assert.Equal(new(0, 3), log.OffsetForLeaderEpoch(1));
        Assert.Equal(new(2, 5), log.OffsetForLeaderEpoch(2));
        Assert.Equal(new(-1, -1), log.OffsetForLeaderEpoch(3));
        Assert.Equal("0\n2\n0 0\n2 3\n", await File.ReadAllTextAsync(Path.Combine(Data, "orders-0", "leader-epoch-checkpoint"), Cancelled));
    }

    [Fact]
    public async Task Durable_mode_answers_all_after_a_flush_and_shows_only_flushed_records()
    {
        var storage = await OpenAsync(configure: o => o with { FlushMode = FlushMode.Durable });
        var log = CreateLog(storage);
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => AppendAsync(log, Batch()), Cancelled)));
        Assert.All(results, r => Assert.Equal(ErrorCode.None, r.Error));
        Assert.Equal(50, log.RecoveryPoint);
        Assert.Equal(50, log.HighWatermark);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), results.Select(r => r.BaseOffset).Order());
        Assert.Equal(50, AllBatches(log).Count);
    }

    [Fact]
    public async Task Interval_mode_flushes_when_the_interval_passes()
    {
        var storage = await OpenAsync(configure: o => o with { FlushMode = FlushMode.Interval });
        var log = CreateLog(storage);
        await AppendAsync(log, Batch());
        for (var waited = 0; log.RecoveryPoint == 0 && waited < 1000; waited++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        Assert.Equal(1, log.RecoveryPoint);
    }

    [Fact]
    public async Task Few_open_files_are_enough_for_many_partitions()
    {
        var storage = await OpenAsync(configure: o => o with { MaxOpenFiles = 16, FlushMode = FlushMode.Interval });
        var topic = storage.Topics.Create("many", 60).Topic!;
        for (var round = 0; round < 3; round++)
        {
            foreach (var log in topic.Partitions)
            {
                await AppendAsync(log, Batch());
                log.Flush();
            }
        }

        Assert.All(topic.Partitions, log => Assert.Equal(3, AllBatches(log).Count));
    }

    private sealed class CountingObserver : IPartitionObserver
    {
        public int Calls { get; private set; }

        public void PartitionChanged(PartitionLog log) => Calls++;
    }
}
