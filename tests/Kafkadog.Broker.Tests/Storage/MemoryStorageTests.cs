using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Tests.Storage;

/// <summary>Logs in memory behave as logs on the disk.</summary>
public sealed class MemoryStorageTests : StorageTest
{
    [Fact]
    public async Task Records_topics_and_segments_are_there_after_the_storage_was_opened_again()
    {
        var memory = new MemoryFiles(64 * 1024 * 1024, Time);
        var storage = await OpenAsync(configure: o => o with { Files = memory });
        var log = CreateLog(storage, configs: ("internal.segment.bytes", "2000"));
        await AppendManyAsync(log, 100);
        var before = AllBatches(log);
        Assert.True(memory.EnumerateFiles(Path.Combine(storage.DataDirectory, "orders-0")).Count() > 6);
        await storage.DisposeAsync();
        Assert.False(Directory.Exists(storage.DataDirectory));

        var again = await OpenAsync(configure: o => o with { Files = memory });
        Assert.Equal(before, AllBatches(again.Topics.Partition("orders", 0)!));
        Assert.Equal(storage.ClusterId, again.ClusterId);
    }

    [Fact]
    public async Task Used_up_memory_stops_the_partition_as_a_full_disk_does()
    {
        var storage = await OpenAsync(configure: o => o with { Files = new MemoryFiles(1024 * 1024, Time) });
        var log = CreateLog(storage);
        var results = new List<ErrorCode>();
        for (var i = 0; i < 20; i++)
            results.Add((await AppendAsync(log, Batch(valueBytes: 100_000))).Error);
        Assert.Contains(ErrorCode.None, results);
        Assert.Equal(ErrorCode.KafkaStorageError, results[^1]);
        Assert.Equal(StorageFailure.DiskFull, log.Failure!.Failure);
    }

    [Fact]
    public async Task Deleted_segments_give_their_memory_back()
    {
        var memory = new MemoryFiles(1024 * 1024, Time);
        var storage = await OpenAsync(configure: o => o with { Files = memory });
        var log = CreateLog(storage, configs: [("internal.segment.bytes", "100000"), ("retention.bytes", "200000"), ("file.delete.delay.ms", "0")]);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(ErrorCode.None, (await AppendAsync(log, Batch(valueBytes: 50_000))).Error);
            storage.ApplyRetention();
            Time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }
}
