using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage.Cleaning;

public sealed class LogCleanerTests : CleanerTest
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Last_value_of_each_key_stays_at_its_offset_and_every_position_can_be_read(int codec)
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: Compacted);
        for (var round = 0; round < 20; round++)
            await PutAsync(log, (CompressionCodec)codec, null, [.. Enumerable.Range(0, 10).Select(k => ($"key-{k}", (string?)$"value-{round}"))]);
        await RollAsync(log);
        var before = Records(log);
        Assert.Equal(1, await CleanAsync(storage));

        var after = Records(log);
        Assert.Equal(before.GroupBy(r => r.Key).Select(g => g.Last()).OrderBy(r => r.Offset), after);
        for (var offset = 0L; offset < log.HighWatermark; offset++)
        {
            var read = log.Read(offset, 1, atLeastOneBatch: true);
            Assert.Equal((ErrorCode.None, log.HighWatermark), (read.Error, read.HighWatermark));
            var first = Batches(ReadBytes(log, offset, 1))[0];
            Assert.True(first.Last >= offset);
            Assert.Equal(after.Where(r => r.Offset >= offset), Records(log, offset).Where(r => r.Offset >= offset));
        }

        Assert.Equal(0, await CleanAsync(storage));
        var reopened = (await OpenUncleanedAsync(CopyAsKilled())).Topics.Partition("orders", 0)!;
        Assert.Equal(after, Records(reopened));
        Assert.Equal(log.CleanedTo, reopened.CleanedTo);
    }

    [Fact]
    public async Task Batches_keep_their_base_and_last_offset_and_small_segments_are_joined()
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: Compacted);
        await PutAsync(log, ("a", "1"), ("b", "1"), ("c", "1"));
        for (var i = 0; i < 50; i++)
            await PutAsync(log, ("a", $"{i}"), ("c", $"{i}"));
        await RollAsync(log);
        var segments = Directory.GetFiles(Path.Combine(Data, "orders-0"), "*.log").Length;
        await CleanAsync(storage);
        // Segments are joined by their sizes before a cleaning.
        await RollAsync(log);
        await CleanAsync(storage);
        Assert.Equal((0, 2), AllBatches(log)[0]);
        Assert.Equal(("b", 1L), Records(log).Select(r => (r.Key, r.Offset)).First());
        Assert.InRange(Directory.GetFiles(Path.Combine(Data, "orders-0"), "*.log").Length, 2, segments / 2);
        Assert.Equal(0, log.LogStartOffset);
    }

    [Fact]
    public async Task Tombstone_is_readable_for_its_time_and_gone_at_the_next_cleaning_after_it()
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: With((TopicConfigs.DeleteRetentionMs, "60000")));
        var written = NowMs;
        await PutAsync(log, ("a", "1"), ("b", "1"));
        await PutAsync(log, CompressionCodec.Lz4, null, ("a", null), ("b", "2"));
        await RollAsync(log);
        await CleanAsync(storage);
        Assert.Equal([("a", null, written), ("b", "2", written)], Records(log).Take(2).Select(r => (r.Key, r.Value, r.TimestampMs)));
        using (var reader = log.OpenReader(0))
        {
            Assert.True(reader.MoveNext());
            Assert.Equal(NowMs + 60_000, new RecordBatch(reader.Batch.Span).DeleteHorizonMs);
        }

        Time.Advance(TimeSpan.FromSeconds(59));
        await RollAsync(log);
        await CleanAsync(storage);
        Assert.Contains(Records(log), r => r is { Key: "a", Value: null });

        Time.Advance(TimeSpan.FromSeconds(1));
        await RollAsync(log);
        await CleanAsync(storage);
        Assert.DoesNotContain(Records(log), r => r.Key == "a");
        Assert.Contains(Records(log), r => r is { Key: "b", Value: "2" } && r.TimestampMs == written);
    }

    [Fact]
    public async Task Batch_with_a_producers_last_sequence_stays_empty_and_the_producer_goes_on()
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: Compacted);
        for (var sequence = 0; sequence < 8; sequence++)
            await PutAsync(log, CompressionCodec.None, new BatchProducer(7, 0, sequence), ("a", $"{sequence}"));
        await PutAsync(log, ("a", "of another"));
        await RollAsync(log);
        await CleanAsync(storage);
        Assert.DoesNotContain(Records(log), r => r.Offset <= 7);
        Assert.Equal((7, 7), AllBatches(log)[0]);

        foreach (var reopened in new[] { log, (await OpenUncleanedAsync(CopyAsKilled())).Topics.Partition("orders", 0)! })
        {
            var again = await PutAsync(reopened, CompressionCodec.None, new BatchProducer(7, 0, 7), ("a", "7"));
            Assert.Equal(7, again.BaseOffset);
            var next = reopened.LogEndOffset;
            Assert.Equal(next, (await PutAsync(reopened, CompressionCodec.None, new BatchProducer(7, 0, 8), ("a", "8"))).BaseOffset);
        }

        // Once the producer is forgotten there is nothing to keep.
        Time.Advance(TimeSpan.FromDays(2));
        storage.ApplyRetention();
        await RollAsync(log);
        await CleanAsync(storage);
        Assert.NotEqual((7, 7), AllBatches(log)[0]);
    }

    [Fact]
    public async Task Consumer_at_the_end_of_what_was_removed_still_reaches_the_high_watermark()
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: With((TopicConfigs.DeleteRetentionMs, "0")));
        for (var i = 0; i < 40; i++)
            await PutAsync(log, ("a", null));
        // The active segment is empty: the last batch that the cleaner sees is the last of the log.
        Time.Advance(TimeSpan.FromDays(1));
        await RollAsync(log);
        for (var pass = 0; pass < 3; pass++)
        {
            Time.Advance(TimeSpan.FromDays(1));
            await RollAsync(log);
            await CleanAsync(storage);
        }

        var position = 0L;
        while (position < log.HighWatermark)
        {
            var batches = Batches(ReadBytes(log, position, 1));
            Assert.NotEmpty(batches);
            position = batches[^1].Last + 1;
        }

        Assert.Equal(log.HighWatermark, position);
    }

    [Fact]
    public async Task Dirty_ratio_and_lag_decide_what_is_due()
    {
        var storage = await OpenUncleanedAsync();
        var half = CreateLog(storage, "half", With((TopicConfigs.MinCleanableDirtyRatio, "0.6")));
        var lag = CreateLog(storage, "lag", With((TopicConfigs.MinCompactionLagMs, "60000")));
        var overdue = CreateLog(storage, "overdue", With((TopicConfigs.MinCleanableDirtyRatio, "1"), (TopicConfigs.MaxCompactionLagMs, "60000")));
        foreach (var log in new[] { half, lag, overdue })
        {
            for (var i = 0; i < 20; i++)
                await PutAsync(log, ("a", $"{i}"), ($"{i}", new string('y', 50)));
            await RollAsync(log);
        }

        Assert.Equal(1, await CleanAsync(storage));
        Assert.Equal((true, 0, 0), (half.CleanedTo > 0, lag.CleanedTo, overdue.CleanedTo));
        var cleanedTo = half.CleanedTo;
        // Less than 0.6 of the log is new.
        await RollAsync(half);
        Assert.Equal(0, await CleanAsync(storage));

        Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(2, await CleanAsync(storage));
        Assert.Equal(cleanedTo, half.CleanedTo);
        Assert.True(lag.CleanedTo > 0 && overdue.CleanedTo > 0);
    }

    [Fact]
    public async Task Keys_beyond_the_memory_are_cleaned_in_further_rounds()
    {
        var storage = await OpenUncleanedAsync(configure: c => c with { DedupeBufferBytes = 24 * 16 });
        var log = CreateLog(storage, configs: Compacted);
        for (var i = 0; i < 300; i++)
            await PutAsync(log, CompressionCodec.Gzip, null, ($"key-{i % 100}", $"{i}"), ($"other-{i % 7}", $"{i}"));
        await RollAsync(log);
        var expected = Records(log).GroupBy(r => r.Key).Select(g => g.Last()).OrderBy(r => r.Offset).ToList();
        Assert.InRange(await CleanAsync(storage), 5, 100);
        Assert.Equal(expected, Records(log));
        Assert.InRange(storage.Cleaner.Statistics.LastUtilization, 0.0001, 1);
    }

    [Fact]
    public async Task Cleaning_goes_on_where_it_was_after_a_restart()
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: Compacted);
        await PutAsync(log, ("a", "1"));
        await RollAsync(log);
        await CleanAsync(storage);
        var cleanedTo = log.CleanedTo;
        Assert.True(cleanedTo > 0);
        Assert.Equal($"0\n1\norders 0 {cleanedTo}\n", await File.ReadAllTextAsync(Path.Combine(Data, "cleaner-offset-checkpoint"), Cancelled));
        await storage.DisposeAsync();
        storage = await OpenUncleanedAsync();
        Assert.Equal(cleanedTo, storage.Topics.Partition("orders", 0)!.CleanedTo);
        Assert.Equal(0, await CleanAsync(storage));

        // A topic of the same name begins anew.
        storage.Topics.Delete("orders");
        Assert.Equal("0\n0\n", await File.ReadAllTextAsync(Path.Combine(Data, "cleaner-offset-checkpoint"), Cancelled));
        Assert.Equal(0, CreateLog(storage, configs: Compacted).CleanedTo);
    }

    [Fact]
    public async Task Damaged_log_is_left_alone_and_says_so_and_the_others_are_cleaned()
    {
        var storage = await OpenUncleanedAsync();
        var damaged = CreateLog(storage, "damaged", Compacted);
        var healthy = CreateLog(storage, "healthy", Compacted);
        foreach (var log in new[] { damaged, healthy })
        {
            for (var i = 0; i < 30; i++)
                await PutAsync(log, ("a", $"{i}"));
            await RollAsync(log);
        }

        var file = Directory.GetFiles(Path.Combine(Data, "damaged-0"), "*.log").Order(StringComparer.Ordinal).First();
        await using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            stream.Position = 65;
            stream.WriteByte(0xEE);
        }

        Assert.Equal(2, await CleanAsync(storage));
        Assert.Contains("is damaged at byte 0", damaged.UncleanableBecause, StringComparison.Ordinal);
        Assert.Null(damaged.Failure);
        Assert.True(healthy.CleanedTo > 0);
        var statistics = storage.Cleaner.Statistics;
        Assert.Equal((1, 1L, damaged.SizeInBytes), (statistics.UncleanablePartitions, statistics.Cleanings, statistics.UncleanableBytes));
        Assert.Empty(Directory.GetFiles(Path.Combine(Data, "damaged-0"), "*.cleaned"));
        await PutAsync(damaged, ("a", "more"));
    }

    [Fact]
    public async Task Cleaner_runs_by_itself_within_its_rate()
    {
        var storage = await OpenAsync(configure: o => o with { Cleaner = o.Cleaner with { Backoff = TimeSpan.FromSeconds(1), MaxBytesPerSecond = 1000 } });
        var log = CreateLog(storage, configs: Compacted);
        for (var i = 0; i < 60; i++)
            await PutAsync(log, ("a", $"{i}"));
        await RollAsync(log);
        var began = Time.GetUtcNow();
        while (log.CleanedTo == 0)
        {
            Time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
            Assert.True(Time.GetUtcNow() - began < TimeSpan.FromHours(10));
        }

        // Every byte is read twice and a few are written, at 1000 a second.
        var closed = 60 * 70;
        Assert.InRange((Time.GetUtcNow() - began).TotalSeconds, 2 * closed / 1000.0, double.MaxValue);
        Assert.Equal("59", Records(log).Last(r => r.Key == "a").Value);
    }

    [Fact]
    public async Task Deleted_topic_under_the_cleaners_hands_is_no_failure()
    {
        var storage = await OpenUncleanedAsync(configure: c => c with { MaxBytesPerSecond = 1000 });
        var log = CreateLog(storage, configs: Compacted);
        for (var i = 0; i < 60; i++)
            await PutAsync(log, ("a", $"{i}"));
        await RollAsync(log);
        var cleaning = storage.Cleaner.CleanDirtiestAsync(Cancelled);
        Assert.False(cleaning.IsCompleted);
        storage.Topics.Delete("orders");
        while (!cleaning.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.True(await cleaning);
        Assert.Null(log.UncleanableBecause);
        Assert.False(await storage.Cleaner.CleanDirtiestAsync(Cancelled));
    }
}
