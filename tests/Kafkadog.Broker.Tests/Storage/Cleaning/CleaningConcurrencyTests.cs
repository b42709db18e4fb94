using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage.Cleaning;

public sealed class CleaningConcurrencyTests : CleanerTest
{
    [Theory]
    [InlineData(1, "compact")]
    [InlineData(2, "compact,delete")]
    public async Task Appends_reads_retention_and_compaction_do_not_disturb_each_other(int seed, string policy)
    {
        const int Producers = 3, MaxOpenFiles = 24;
        var storage = await OpenAsync(configure: o => o with { FlushMode = FlushMode.Interval, MaxOpenFiles = MaxOpenFiles, Cleaner = o.Cleaner with { IsEnabled = false, DedupeBufferBytes = 24 * 500 } });
        var log = CreateLog(storage, configs: With((TopicConfigs.CleanupPolicy, policy), (TopicConfigs.InternalSegmentBytes, "8000"), (TopicConfigs.RetentionBytes, "60000"), (TopicConfigs.FileDeleteDelayMs, "60000")));
        using var done = new CancellationTokenSource();
        var cleaning = Task.Run(async () =>
        {
            var cleanings = 0;
            while (!done.IsCancellationRequested)
            {
                if (await storage.Cleaner.CleanDirtiestAsync(Cancelled))
                    cleanings++;
                else
                    await Task.Yield();
            }

            return cleanings;
        }, Cancelled);
        var retention = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                storage.ApplyRetention();
                await Task.Yield();
            }
        }, Cancelled);
        var reading = Enumerable.Range(0, 2).Select(r => Task.Run(() => ReadUntil(log, new Random((seed * 10) + r), done.Token), Cancelled)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(p => Task.Run(async () =>
        {
            var random = new Random((seed * 1000) + p);
            for (var sequence = 0; sequence < Nightly.Rounds(ci: 600, nightly: 20_000); sequence++)
                await PutAsync(log, (CompressionCodec)random.Next(5), new BatchProducer(p, 0, sequence), ($"{p}-{random.Next(50)}", $"{sequence}"));
        }, Cancelled)));
        await done.CancelAsync();
        Assert.All(await Task.WhenAll(reading), reads => Assert.True(reads > 0));
        await retention;
        Assert.True(await cleaning > 0);
        Assert.Null(log.UncleanableBecause);
        Assert.Null(log.Failure);

        // Each producer wrote ever larger numbers: the last record of a key has its largest.
        await CleanAsync(storage);
        var records = Records(log);
        Assert.Equal(records, records.OrderBy(r => r.Offset));
        foreach (var key in records.GroupBy(r => r.Key))
            Assert.Equal(key.Max(r => int.Parse(r.Value!)), int.Parse(key.Last().Value!));
    }

    private static int ReadUntil(PartitionLog log, Random random, CancellationToken done)
    {
        var reads = 0;
        for (var offset = 0L; !done.IsCancellationRequested || reads == 0; reads++)
        {
            var read = log.Read(offset, random.Next(1, 20_000), atLeastOneBatch: true);
            if (read.Error is Kafkadog.Broker.Protocol.ErrorCode.OffsetOutOfRange)
            {
                offset = log.LogStartOffset;
                continue;
            }

            Assert.Equal(Kafkadog.Broker.Protocol.ErrorCode.None, read.Error);
            var bytes = new byte[read.Slice.Length];
            read.Slice.CopyTo(0, bytes);
            var batches = Batches(bytes);
            if (batches.Count == 0)
            {
                Assert.Equal(offset, read.HighWatermark);
                offset = log.LogStartOffset;
                continue;
            }

            Assert.True(batches[0].Last >= offset);
            for (var i = 1; i < batches.Count; i++)
                Assert.True(batches[i].Base > batches[i - 1].Last);
            offset = random.Next(20) == 0 ? random.NextInt64(log.LogStartOffset, log.HighWatermark + 1) : batches[^1].Last + 1;
        }

        return reads;
    }
}
