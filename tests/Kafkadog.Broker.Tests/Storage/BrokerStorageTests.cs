using System.Diagnostics;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Files;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class BrokerStorageTests : StorageTest
{
    [Fact]
    public async Task Second_broker_on_the_directory_is_refused_until_the_first_has_stopped()
    {
        var first = await OpenAsync();
        Assert.Equal(StorageFailure.InUse, (await Assert.ThrowsAsync<StorageException>(() => OpenAsync())).Failure);
        await first.DisposeAsync();
        await OpenAsync();
    }

    [Fact]
    public async Task Newer_format_other_node_and_other_cluster_are_refused()
    {
        var storage = await OpenAsync();
        var cluster = storage.ClusterId;
        await storage.DisposeAsync();
        Assert.Equal(StorageFailure.WrongOwner, (await Assert.ThrowsAsync<StorageException>(() => OpenAsync(configure: o => o with { NodeId = 2 }))).Failure);
        Assert.Equal(StorageFailure.WrongOwner, (await Assert.ThrowsAsync<StorageException>(() => OpenAsync(configure: o => o with { ClusterId = LogFormat.UuidText(Guid.NewGuid()) }))).Failure);
        await (await OpenAsync(configure: o => o with { ClusterId = cluster })).DisposeAsync();

        var meta = Path.Combine(Data, "meta.properties");
        await File.WriteAllTextAsync(meta, (await File.ReadAllTextAsync(meta, Cancelled)).Replace("format.version=1", "format.version=2", StringComparison.Ordinal), Cancelled);
        var refused = await Assert.ThrowsAsync<StorageException>(() => OpenAsync());
        Assert.Equal(StorageFailure.NewerFormat, refused.Failure);
        Assert.Contains("format version 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Directory_that_cannot_be_written_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a place that even root cannot write to");
        var refused = await Assert.ThrowsAsync<StorageException>(() => OpenAsync("/proc/kafkadog"));
        Assert.True(refused.Failure is StorageFailure.ReadOnly or StorageFailure.Io, refused.ToString());
        refused = await Assert.ThrowsAsync<StorageException>(() => OpenAsync("/sys/kafkadog"));
        Assert.Equal(StorageFailure.ReadOnly, refused.Failure);
    }

    [Fact]
    public void Full_disk_is_told_apart()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var error = Assert.ThrowsAny<IOException>(() => RandomAccess.Write(full, new byte[10], 0));
        Assert.Equal(StorageFailure.DiskFull, StorageException.From(error, "Cannot write").Failure);
    }

    [Fact]
    public async Task Failed_write_stops_the_partition_and_the_next_start_recovers_it()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        var storage = await OpenAsync(configure: o => o with { MaxOpenFiles = 16 });
        var log = CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "1000"));
        var other = CreateLog(storage, "other");
        await AppendManyAsync(log, batches: 9);
        // The next segment's file leads to a device that is always full.
        var full = Enumerable.Range(9, 9).Select(o => Path.Combine(Data, "orders-0", LogFormat.FileName(o, LogFormat.LogSuffix))).ToList();
        full.ForEach(f => File.CreateSymbolicLink(f, "/dev/full"));

        var results = new List<AppendResult>();
        for (var i = 0; i < 9; i++)
            results.Add(await AppendAsync(log, Batch()));
        Assert.Equal(ErrorCode.KafkaStorageError, results[^1].Error);
        Assert.NotNull(log.Failure);
        Assert.Equal(ErrorCode.KafkaStorageError, log.Read(0, 100, true).Error);
        Assert.Equal(ErrorCode.None, (await AppendAsync(other, Batch())).Error);

        var acknowledged = results.Count(r => r.Error is ErrorCode.None) + 9;
        await storage.DisposeAsync();
        Assert.False(File.Exists(Path.Combine(Data, LogFormat.CleanShutdown)));
        full.ForEach(File.Delete);
        var reopened = (await OpenAsync()).Topics.Partition("orders", 0)!;
        Assert.Null(reopened.Failure);
        Assert.Equal(acknowledged, reopened.LogEndOffset);
    }

    [Fact]
    public async Task Torn_end_of_the_metadata_log_is_cut_at_every_byte_and_damage_before_it_is_refused()
    {
        var storage = await OpenAsync();
        storage.Topics.Create("first", 1);
        var path = Path.Combine(Data, LogFormat.MetadataLog);
        var before = new FileInfo(path).Length;
        storage.Topics.Create("second", 1);
        await storage.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(path, Cancelled);

        for (var length = before; length <= bytes.Length; length++)
        {
            var copy = path + length;
            await File.WriteAllBytesAsync(copy, bytes[..(int)length], Cancelled);
            var topics = new TopicMetadata();
            using (new MetadataLog(DiskFiles.Instance, copy, topics))
                Assert.Equal(length == bytes.Length ? ["first", "second"] : ["first"], topics.Topics.Select(t => t.Name).Order(StringComparer.Ordinal));
            Assert.Equal(length == bytes.Length ? length : before, new FileInfo(copy).Length);
            File.Delete(copy);
        }

        for (var at = 0; at < before; at += 3)
        {
            var damaged = bytes.ToArray();
            damaged[at] ^= 0x20;
            await File.WriteAllBytesAsync(path, damaged, Cancelled);
            Assert.Equal(StorageFailure.Corrupt, Assert.Throws<StorageException>(() => new MetadataLog(DiskFiles.Instance, path, new TopicMetadata())).Failure);
        }
    }

    [Fact]
    public async Task Metadata_log_is_rewritten_when_it_has_grown_and_loses_nothing()
    {
        var path = Path.Combine(Directory.CreateDirectory(Data).FullName, LogFormat.MetadataLog);
        var (topics, ids) = (new TopicMetadata(), new ProducerIds());
        var padding = new string('x', 100_000);
        using (var log = new MetadataLog(DiskFiles.Instance, path, topics, ids))
        {
            log.Append(new TopicRecord("orders", Guid.NewGuid(), 3, 0, new Dictionary<string, string>()));
            log.Append(new ProducerIdsRecord(5000));
            for (var i = 0; i < 30; i++)
                log.Append(new TopicConfigRecord(topics.Topics.Single().Id, new Dictionary<string, string> { ["i"] = i + padding }));
        }

        Assert.InRange(new FileInfo(path).Length, 1, 1_300_000);
        var (topicsAfter, idsAfter) = (new TopicMetadata(), new ProducerIds());
        using var reopened = new MetadataLog(DiskFiles.Instance, path, topicsAfter, idsAfter);
        idsAfter.Attach(reopened);
        Assert.Equal("29" + padding, topicsAfter.Topics.Single().Configs["i"]);
        Assert.Equal(5000, idsAfter.Next());
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Partition_directories_nobody_owns_are_set_aside()
    {
        var storage = await OpenAsync();
        CreateLog(storage);
        await storage.DisposeAsync();
        var stray = Directory.CreateDirectory(Path.Combine(Data, "lost-0")).FullName;
        await File.WriteAllTextAsync(Path.Combine(stray, LogFormat.PartitionMetadata), $"version: 0\ntopic_id: {LogFormat.UuidText(Guid.NewGuid())}\n", Cancelled);
        storage = await OpenAsync();
        Assert.False(Directory.Exists(stray));
        Assert.Single(Directory.GetDirectories(Data, "lost-0.*-stray"));
        Assert.Equal(0, CreateLog(storage, "lost").LogEndOffset);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Thousand_partitions_start_quickly(bool clean)
    {
        var storage = await OpenAsync();
        var topic = storage.Topics.Create("many", 1000).Topic!;
        foreach (var log in topic.Partitions)
            await AppendManyAsync(log, batches: 1, records: 20);
        var directory = Data;
        if (clean)
            await storage.DisposeAsync();
        else
            directory = CopyAsKilled();

        var watch = Stopwatch.StartNew();
        storage = await OpenAsync(directory);
        watch.Stop();
        TestContext.Current.SendDiagnosticMessage($"opened 1000 partitions, clean {clean}: {watch.ElapsedMilliseconds} ms");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(clean ? 3 : 15), $"took {watch.Elapsed}");
        Assert.True(storage.Topics.TryGet("many", out topic));
        Assert.All(topic.Partitions, l => Assert.Equal(20, l.LogEndOffset));
    }
}
