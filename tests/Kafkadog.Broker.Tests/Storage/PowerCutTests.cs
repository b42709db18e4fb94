using System.Collections.Concurrent;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Tests.Storage.Files;

namespace Kafkadog.Broker.Tests.Storage;

/// <summary>The three flush modes on a disk that forgets what was not flushed; <see cref="FaultyFiles"/> tells why it is no real one.</summary>
public sealed class PowerCutTests : StorageTest
{
    [Fact]
    public async Task Durable_mode_loses_nothing_that_was_acknowledged_with_all()
    {
        const int Producers = 3;
        for (var round = 0; round < Nightly.Rounds(ci: 8, nightly: 200); round++)
        {
            var random = new Random(round);
            var files = new FaultyFiles();
            var storage = await OpenAsync(configure: o => o with { Files = files, FlushMode = FlushMode.Durable });
            var log = CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "1500"));
            var acknowledged = new ConcurrentDictionary<long, int>();
            var deletedTo = 0L;
            FaultyFiles? left = null;
            var target = random.Next(20, 150);
            var producing = Enumerable.Range(0, Producers).Select(p => Task.Run(async () =>
            {
                for (var sequence = 0; ; sequence++)
                {
                    var result = await AppendAsync(log, Batch(producer: new BatchProducer(p, 0, sequence)));
                    if (result.Error is not ErrorCode.None)
                        return;
                    // What was acknowledged before the power went must be there after it.
                    if (Volatile.Read(ref left) is null)
                        acknowledged[result.BaseOffset] = p;
                    if (sequence == 20 && p == 0 && log.DeleteRecords(5) is { Error: ErrorCode.None } deleted)
                        Volatile.Write(ref deletedTo, deleted.LowWatermark);
                }
            }, Cancelled)).ToArray();
            while (acknowledged.Count < target)
                await Task.Yield();
            var before = acknowledged.Keys.ToList();
            var start = Volatile.Read(ref deletedTo);
            Volatile.Write(ref left, files.CutPower(random));
            await Task.WhenAll(producing);
            await AbandonAsync(storage);

            var again = await OpenAsync(configure: o => o with { Files = left!, FlushMode = FlushMode.Durable });
            var recovered = again.Topics.Partition("orders", 0)!;
            Assert.Null(recovered.Failure);
            Assert.True(recovered.LogStartOffset >= start);
            var found = AllBatches(recovered).SelectMany(b => Range(b.Base, b.Last)).ToHashSet();
            Assert.Empty(before.Where(o => o >= recovered.LogStartOffset).Except(found));
        }
    }

    [Fact]
    public async Task Os_mode_loses_what_the_system_had_not_written_back_and_says_so_in_its_name()
    {
        var files = new FaultyFiles();
        var storage = await OpenAsync(configure: o => o with { Files = files });
        var log = await CreateFlushedLogAsync(storage, files);
        await AppendManyAsync(log, batches: 10);
        var recovered = await AfterPowerCutAsync(storage, files);
        Assert.Equal((0, null), (recovered.LogEndOffset, recovered.Failure));
        Assert.Equal(0, (await AppendAsync(recovered, Batch())).BaseOffset);
    }

    [Fact]
    public async Task Interval_mode_loses_at_most_what_came_after_the_last_interval()
    {
        var files = new FaultyFiles();
        var storage = await OpenAsync(configure: o => o with { Files = files, FlushMode = FlushMode.Interval });
        var log = CreateLog(storage);
        await AppendManyAsync(log, batches: 10);
        while (log.RecoveryPoint < 10)
        {
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        await AppendManyAsync(log, batches: 5);
        var recovered = await AfterPowerCutAsync(storage, files);
        Assert.Equal(10, recovered.LogEndOffset);
    }

    [Fact]
    public async Task Clean_shutdown_in_os_mode_survives_a_power_cut_after_it()
    {
        var files = new FaultyFiles();
        var storage = await OpenAsync(configure: o => o with { Files = files });
        await AppendManyAsync(CreateLog(storage, configs: (TopicConfigs.InternalSegmentBytes, "500")), batches: 30);
        await storage.DisposeAsync();
        var recovered = (await OpenAsync(configure: o => o with { Files = files.CutPower() })).Topics.Partition("orders", 0)!;
        Assert.Equal(30, recovered.LogEndOffset);
        Assert.Equal(30, AllBatches(recovered).Count);
    }

    [Theory]
    [InlineData(nameof(FlushMode.Durable))]
    [InlineData(nameof(FlushMode.Interval))]
    public async Task Failed_flush_stops_the_partition_for_good_and_no_other(string mode)
    {
        var files = new FaultyFiles();
        var storage = await OpenAsync(configure: o => o with { Files = files, FlushMode = Enum.Parse<FlushMode>(mode) });
        var log = CreateLog(storage);
        var other = CreateLog(storage, "other");
        Assert.Equal(ErrorCode.None, (await AppendAsync(log, Batch(), RequiredAcks.Leader)).Error);
        files.Fault = (path, isFlush) => isFlush && path.Contains("orders-0", StringComparison.Ordinal) ? new IOException("the disk does not answer") : null;
        var result = AppendAsync(log, Batch());
        while (log.Failure is null)
        {
            Time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        // Whether the kernel still has the bytes is not known, so that a flush that works now proves nothing.
        files.Fault = static (_, _) => null;
        if (mode == nameof(FlushMode.Durable))
            Assert.Equal(ErrorCode.KafkaStorageError, (await result).Error);
        Assert.Equal(ErrorCode.KafkaStorageError, (await AppendAsync(log, Batch())).Error);
        Assert.Equal(ErrorCode.KafkaStorageError, log.Read(0, 100, true).Error);
        Assert.Equal(ErrorCode.None, (await AppendAsync(other, Batch())).Error);
        await storage.DisposeAsync();
        Assert.False(files.FileExists(Path.Combine(Data, LogFormat.CleanShutdown)));
    }

    [Fact]
    public async Task Flush_messages_forces_the_disk_before_records_are_acknowledged()
    {
        var files = new FaultyFiles();
        var storage = await OpenAsync(configure: o => o with { Files = files });
        var log = await CreateFlushedLogAsync(storage, files, (TopicConfigs.FlushMessages, "10"));
        await AppendManyAsync(log, batches: 9);
        Assert.Equal(0, log.RecoveryPoint);
        await AppendManyAsync(log, batches: 1);
        Assert.Equal(10, log.RecoveryPoint);
        await AppendManyAsync(log, batches: 15);
        var recovered = await AfterPowerCutAsync(storage, files);
        Assert.Equal(20, recovered.LogEndOffset);
    }

    [Fact]
    public async Task Flush_ms_forces_the_disk_that_long_after_a_write()
    {
        var files = new FaultyFiles();
        var storage = await OpenAsync(configure: o => o with { Files = files });
        var log = await CreateFlushedLogAsync(storage, files, (TopicConfigs.FlushMs, "1000"));
        for (var round = 1; round <= 2; round++)
        {
            await AppendManyAsync(log, batches: 5);
            Time.Advance(TimeSpan.FromMilliseconds(999));
            Assert.Equal((round - 1) * 5, log.RecoveryPoint);
            Time.Advance(TimeSpan.FromMilliseconds(1));
            while (log.RecoveryPoint != round * 5)
                await Task.Yield();
        }
    }

    /// <summary>A new log is flushed by itself, at once: what comes after that has to wait for its time.</summary>
    private async Task<PartitionLog> CreateFlushedLogAsync(BrokerStorage storage, FaultyFiles files, params (string Name, string Value)[] configs)
    {
        var flushed = new TaskCompletionSource();
        var segmentIsFlushed = false;
        files.Fault = (path, isFlush) =>
        {
            // The last thing that a flush forces is the folder of all logs.
            segmentIsFlushed |= isFlush && path.Contains("orders-0", StringComparison.Ordinal) && path.EndsWith(LogFormat.LogSuffix, StringComparison.Ordinal);
            if (segmentIsFlushed && isFlush && path == Data) flushed.TrySetResult();
            return null;
        };
        var log = CreateLog(storage, configs: configs);
        await flushed.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        files.Fault = static (_, _) => null;
        return log;
    }

    private async Task<PartitionLog> AfterPowerCutAsync(BrokerStorage storage, FaultyFiles files)
    {
        var left = files.CutPower();
        await AbandonAsync(storage);
        return (await OpenAsync(configure: o => o with { Files = left })).Topics.Partition("orders", 0)!;
    }

    private static IEnumerable<long> Range(long first, long last)
    {
        for (var at = first; at <= last; at++)
            yield return at;
    }
}
