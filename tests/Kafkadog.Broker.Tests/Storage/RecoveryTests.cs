using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class RecoveryTests : StorageTest
{
    [Fact]
    public async Task Kill_loses_nothing_that_was_acknowledged()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "2000"));
        await AppendManyAsync(log, batches: 100, records: 2);
        var reopened = (await OpenAsync(CopyAsKilled())).Topics.Partition("orders", 0)!;
        Assert.Equal(200, reopened.LogEndOffset);
        Assert.Equal(AllBatches(log), AllBatches(reopened));
        Assert.Equal(200, (await AppendAsync(reopened, Batch())).BaseOffset);
    }

    [Fact]
    public async Task Clean_restart_keeps_everything_without_scanning()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "2000"));
        await AppendManyAsync(log, batches: 100, records: 2);
        var before = AllBatches(log);
        await storage.DisposeAsync();
        Assert.True(File.Exists(Path.Combine(Data, ".kafka_cleanshutdown")));

        var reopened = (await OpenAsync()).Topics.Partition("orders", 0)!;
        Assert.False(File.Exists(Path.Combine(Data, ".kafka_cleanshutdown")));
        Assert.Equal(before, AllBatches(reopened));
        Assert.Equal(200, (await AppendAsync(reopened, Batch())).BaseOffset);
        Assert.Equal(NowMs + 1, reopened.OffsetForTimestamp(-3).TimestampMs);
    }

    [Fact]
    public async Task Torn_write_at_every_byte_of_the_last_three_batches_keeps_exactly_the_whole_batches()
    {
        var killed = await KilledAfterFiveBatchesAsync();
        var ends = BatchEnds(killed);
        for (var length = ends[2]; length < ends[^1]; length++)
        {
            var copy = CopyAsKilled(killed);
            using (var file = File.OpenWrite(PartitionFile(copy, ".log")))
                file.SetLength(length);
            await AssertKeepsAsync(copy, ends.Count(e => e <= length));
        }
    }

    [Fact]
    public async Task Flipped_byte_anywhere_in_the_last_three_batches_cuts_there()
    {
        var killed = await KilledAfterFiveBatchesAsync();
        var ends = BatchEnds(killed);
        for (var at = ends[1]; at < ends[^1]; at++)
        {
            var place = at - ends.Last(e => e <= at);
            // Base offset and leader epoch lie outside the checksum; a larger offset would be a gap that compaction may leave.
            if (place is (>= RecordBatch.BaseOffsetAt and < RecordBatch.LengthAt) or (>= RecordBatch.LeaderEpochAt and < RecordBatch.MagicAt))
                continue;
            var copy = CopyAsKilled(killed);
            FlipByte(PartitionFile(copy, ".log"), at);
            await AssertKeepsAsync(copy, ends.Count(e => e <= at));
        }
    }

    [Fact]
    public async Task Garbage_and_zeros_after_the_end_are_cut()
    {
        var killed = await KilledAfterFiveBatchesAsync();
        foreach (var tail in new[] { new byte[1000], Enumerable.Repeat((byte)0xAB, 1000).ToArray() })
        {
            var copy = CopyAsKilled(killed);
            await using (var file = new FileStream(PartitionFile(copy, ".log"), FileMode.Append))
                await file.WriteAsync(tail, Cancelled);
            await AssertKeepsAsync(copy, 5);
        }
    }

    [Fact]
    public async Task Segments_after_a_bad_batch_are_dropped()
    {
        var storage = await OpenAsync();
        await AppendManyAsync(CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "500")), batches: 20);
        var killed = CopyAsKilled();
        var second = Directory.GetFiles(Path.Combine(killed, "orders-0"), "*.log").Order(StringComparer.Ordinal).ElementAt(1);
        FlipByte(second, 70);
        var expected = LogFormat.BaseOffset(Path.GetFileName(second), ".log");
        var log = (await OpenAsync(killed)).Topics.Partition("orders", 0)!;
        Assert.Equal(expected, log.LogEndOffset);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(killed, "orders-0"), "*.log").Length);
        Assert.Equal(expected, (await AppendAsync(log, Batch())).BaseOffset);
    }

    [Fact]
    public async Task Damage_below_the_recovery_point_is_reported_and_not_cut()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        CreateLog(storage, "healthy");
        await AppendManyAsync(log, batches: 5);
        log.Flush();
        storage.WriteCheckpoints();
        await AppendManyAsync(log, batches: 2);
        var killed = CopyAsKilled();
        var file = PartitionFile(killed, ".log");
        var length = new FileInfo(file).Length;
        FlipByte(file, 100);

        for (var start = 0; start < 2; start++)
        {
            var reopened = await OpenAsync(killed);
            var damaged = reopened.Topics.Partition("orders", 0)!;
            Assert.Equal(StorageFailure.Corrupt, damaged.Failure!.Failure);
            Assert.Equal(ErrorCode.KafkaStorageError, damaged.Read(0, 100, true).Error);
            Assert.Equal(ErrorCode.KafkaStorageError, (await AppendAsync(damaged, Batch())).Error);
            Assert.Equal(ErrorCode.KafkaStorageError, damaged.OffsetForTimestamp(-1).Error);
            Assert.Equal(ErrorCode.None, (await AppendAsync(reopened.Topics.Partition("healthy", 0)!, Batch())).Error);
            await reopened.DisposeAsync();
            Assert.Equal(length, new FileInfo(file).Length);
        }
    }

    [Fact]
    public async Task Lost_segments_below_the_recovery_point_are_reported()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        await AppendManyAsync(log, batches: 5);
        log.Flush();
        storage.WriteCheckpoints();
        var killed = CopyAsKilled();
        File.Delete(PartitionFile(killed, ".log"));
        Assert.Equal(StorageFailure.Corrupt, (await OpenAsync(killed)).Topics.Partition("orders", 0)!.Failure!.Failure);
    }

    [Theory]
    [InlineData(".index")]
    [InlineData(".timeindex")]
    public async Task Missing_or_cut_indexes_are_rebuilt(string suffix)
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "20000"), (TopicConfigs.IndexIntervalBytes, "100")]);
        await AppendManyAsync(log, batches: 500);
        await storage.DisposeAsync();
        var files = Directory.GetFiles(Path.Combine(Data, "orders-0"), "*" + suffix).Order(StringComparer.Ordinal).ToArray();
        var contents = files.Select(File.ReadAllBytes).ToArray();
        Assert.True(files.Length > 2);
        File.Delete(files[0]);
        File.Delete(files[^1]);
        await File.WriteAllBytesAsync(files[1], contents[1][..^3], Cancelled);

        storage = await OpenAsync();
        log = storage.Topics.Partition("orders", 0)!;
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), AllBatches(log).Select(b => b.Base));
        Assert.All(Enumerable.Range(0, 500), o => Assert.Equal(o, Batches(ReadBytes(log, o))[0].Base));
        await storage.DisposeAsync();
        Assert.Equal(contents, files.Select(File.ReadAllBytes));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Wrong_indexes_lead_nobody_astray_and_are_made_anew(bool clean)
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "20000"), (TopicConfigs.IndexIntervalBytes, "100")]);
        await AppendManyAsync(log, batches: 500);
        log.Flush();
        storage.WriteCheckpoints();
        var root = clean ? Data : CopyAsKilled();
        if (clean)
            await storage.DisposeAsync();
        var index = Directory.GetFiles(Path.Combine(root, "orders-0"), "*.index").Order(StringComparer.Ordinal).First();
        var right = await File.ReadAllBytesAsync(index, Cancelled);
        var wrong = right.ToArray();
        // Each entry in its first half names another place: of no batch, or of another one.
        for (var entry = 8; entry < wrong.Length / 2; entry += 8)
            wrong[entry + 7] = (byte)(wrong[entry + 7] + (entry % 16 == 0 ? 1 : 79));
        await File.WriteAllBytesAsync(index, wrong, Cancelled);

        storage = await OpenAsync(root);
        log = storage.Topics.Partition("orders", 0)!;
        Assert.All(Enumerable.Range(0, 500), o => Assert.Equal(o, Batches(ReadBytes(log, o, 1))[0].Base));
        await storage.DisposeAsync();
        storage = await OpenAsync(root);
        Assert.All(Enumerable.Range(0, 500), o => Assert.Equal(o, Batches(ReadBytes(storage.Topics.Partition("orders", 0)!, o, 1))[0].Base));
        Assert.Equal(right, await File.ReadAllBytesAsync(index, Cancelled));
    }

    [Fact]
    public async Task Batch_damaged_while_the_broker_was_down_is_not_served_and_the_others_are()
    {
        var storage = await OpenAsync();
        await AppendManyAsync(CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "1000")), batches: 30);
        await storage.DisposeAsync();
        var file = Directory.GetFiles(Path.Combine(Data, "orders-0"), "*.log").Order(StringComparer.Ordinal).First();
        var size = new RecordBatch(await File.ReadAllBytesAsync(file, Cancelled)).SizeInBytes;
        FlipByte(file, (3 * size) + 70);

        var log = (await OpenAsync()).Topics.Partition("orders", 0)!;
        Assert.Null(log.Failure);
        Assert.Equal([(0L, 0L), (1, 1), (2, 2)], Batches(ReadBytes(log, 0)));
        Assert.Equal(ErrorCode.KafkaStorageError, log.Read(3, 1000, true).Error);
        Assert.Equal(4, Batches(ReadBytes(log, 4))[0].Base);
        Assert.Equal(30, (await AppendAsync(log, Batch())).BaseOffset);
        using var reader = log.OpenReader(0);
        for (var batch = 0; batch < 3; batch++)
            Assert.True(reader.MoveNext());
        Assert.Throws<StorageException>(() => reader.MoveNext());
    }

    private async Task<string> KilledAfterFiveBatchesAsync()
    {
        await AppendManyAsync(CreateLog(await OpenAsync()), batches: 5, records: 2, valueBytes: 3);
        return CopyAsKilled();
    }

    private List<long> BatchEnds(string root)
    {
        var ends = new List<long>();
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(PartitionFile(root, ".log"));
        for (var at = 0; at < bytes.Length;)
            ends.Add(at += new RecordBatch(bytes[at..]).SizeInBytes);
        return ends;
    }

    // Opens the log alone: hundreds of whole brokers would take long.
    private async Task AssertKeepsAsync(string root, int batches)
    {
        var options = new StorageOptions { DataDirectory = root, FlushMode = FlushMode.Os };
        using var deletions = new DelayedDeletions(Time, NullLogger.Instance);
        var environment = new LogEnvironment(options, Time, new OpenFiles(options.Files, 100), new LogFlusher(options, Time), deletions, NullLogger.Instance);
        var text = await File.ReadAllTextAsync(Path.Combine(root, "orders-0", LogFormat.PartitionMetadata), Cancelled);
        var topicId = LogFormat.ParseUuid(text[^23..^1])!.Value;
        var config = new TopicConfig(new Dictionary<string, string>(), options.BrokerConfigs);
        var log = PartitionLog.Open(environment, new("orders", 0), topicId, config, leaderEpoch: 1, new(CleanShutdown: false, 0, 0));
        Assert.Null(log.Failure);
        Assert.Equal(Enumerable.Range(0, batches).Select(i => (2L * i, (2L * i) + 1)), AllBatches(log));
        Assert.Equal(2L * batches, (await AppendAsync(log, Batch())).BaseOffset);
        Assert.True(log.Close());
        Directory.Delete(root, recursive: true);
    }

    private static void FlipByte(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 0x10));
    }
}
