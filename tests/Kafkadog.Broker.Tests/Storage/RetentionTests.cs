using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class RetentionTests : StorageTest
{
    [Fact]
    public async Task Old_segments_go_and_the_log_start_moves_with_them()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "1000"), (TopicConfigs.RetentionMs, "60000")]);
        await AppendManyAsync(log, batches: 50);
        Time.Advance(TimeSpan.FromSeconds(50));
        await AppendManyAsync(log, batches: 50);
        storage.ApplyRetention();
        Assert.Equal(0, log.LogStartOffset);

        Time.Advance(TimeSpan.FromSeconds(20));
        storage.ApplyRetention();
        Assert.InRange(log.LogStartOffset, 40, 50);
        Assert.Equal(ErrorCode.OffsetOutOfRange, log.Read(0, 100, true).Error);
        Assert.Equal(log.LogStartOffset, AllBatches(log)[0].Base);

        Time.Advance(TimeSpan.FromSeconds(60));
        storage.ApplyRetention();
        Assert.Equal(100, log.LogStartOffset);
        Assert.Equal(100, log.LogEndOffset);
        Assert.Equal(0, log.SizeInBytes);
        Assert.Equal(100, (await AppendAsync(log, Batch())).BaseOffset);
    }

    [Fact]
    public async Task Size_above_the_limit_goes_and_the_rest_stays()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "1000"), (TopicConfigs.RetentionBytes, "3000")]);
        await AppendManyAsync(log, batches: 100);
        storage.ApplyRetention();
        Assert.InRange(log.SizeInBytes, 3000, 4000);
        Assert.Equal(100, log.LogEndOffset);
        Assert.Equal(99, AllBatches(log)[^1].Last);
    }

    [Fact]
    public async Task Files_stay_until_the_delete_delay_has_passed_and_reads_in_flight_finish()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "1000"), (TopicConfigs.RetentionMs, "1000")]);
        await AppendManyAsync(log, batches: 20);
        var read = log.Read(0, 500, true);
        Time.Advance(TimeSpan.FromSeconds(10));
        storage.ApplyRetention();
        var bytes = new byte[read.Slice.Length];
        read.Slice.CopyTo(0, bytes);
        Assert.Equal(0, Batches(bytes)[0].Base);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(Data, "orders-0"), "*.deleted"));
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(Directory.GetFiles(Path.Combine(Data, "orders-0"), "*.deleted"));
        Assert.Throws<StorageException>(() => read.Slice.CopyTo(0, bytes));
    }

    [Fact]
    public async Task Compacted_topics_keep_old_segments()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "1000"), (TopicConfigs.RetentionMs, "1000"), (TopicConfigs.CleanupPolicy, "compact")]);
        await AppendManyAsync(log, batches: 50);
        Time.Advance(TimeSpan.FromDays(1));
        storage.ApplyRetention();
        Assert.Equal(0, log.LogStartOffset);
        Assert.Equal(ErrorCode.PolicyViolation, log.DeleteRecords(10).Error);
    }

    [Fact]
    public async Task Retention_runs_by_itself_and_survives_a_kill()
    {
        var storage = await OpenAsync(configure: o => o with { RetentionCheckInterval = TimeSpan.FromSeconds(1) });
        var log = CreateLog(storage, configs: (TopicConfigs.RetentionMs, "1000"));
        await AppendManyAsync(log, batches: 5);
        var moved = new TaskCompletionSource();
        log.Observers.Add(new Signal(moved));
        Time.Advance(TimeSpan.FromSeconds(5));
        await moved.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancelled);
        Assert.Equal(5, log.LogStartOffset);
        var reopened = (await OpenAsync(CopyAsKilled())).Topics.Partition("orders", 0)!;
        Assert.Equal((5, 5), (reopened.LogStartOffset, reopened.LogEndOffset));
    }

    private sealed class Signal(TaskCompletionSource moved) : IPartitionObserver
    {
        public void PartitionChanged(PartitionLog log) => moved.TrySetResult();
    }
}
