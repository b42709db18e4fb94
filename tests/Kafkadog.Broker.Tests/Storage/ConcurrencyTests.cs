using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class ConcurrencyTests : StorageTest
{
    [Theory]
    [InlineData(1, nameof(FlushMode.Os))]
    [InlineData(2, nameof(FlushMode.Interval))]
    [InlineData(3, nameof(FlushMode.Durable))]
    public async Task Every_read_beside_concurrent_appends_is_a_sequence_of_whole_batches_with_dense_offsets(int seed, string mode)
    {
        const int Appenders = 4, Batches = 400;
        var storage = await OpenAsync(configure: o => o with { FlushMode = Enum.Parse<FlushMode>(mode), MaxOpenFiles = 16 });
        var log = CreateLog(storage, configs: [(TopicConfigs.InternalSegmentBytes, "30000"), (TopicConfigs.IndexIntervalBytes, "500")]);
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(r => Task.Run(() => Read(log, new Random(seed * 100 + r), done.Token), Cancelled)).ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, Appenders).Select(a => Task.Run(async () =>
        {
            var random = new Random((seed * 1000) + a);
            var mine = new List<(long Base, int Count)>();
            for (var i = 0; i < Batches; i++)
            {
                var count = random.Next(1, 8);
                var result = await AppendAsync(log, Batch(count, random.Next(0, 200)), i % 3 == 0 ? RequiredAcks.Leader : RequiredAcks.All);
                Assert.Equal(ErrorCode.None, result.Error);
                mine.Add((result.BaseOffset, count));
                if (i % 100 == 0)
                    log.Flush();
            }

            return mine;
        }, Cancelled)));
        await done.CancelAsync();
        var reads = await Task.WhenAll(readers);
        log.Flush();

        Assert.All(reads, count => Assert.True(count > 0));
        // Offsets answered to the appenders cover the log without gap or overlap.
        var next = 0L;
        foreach (var (start, count) in answers.SelectMany(a => a).OrderBy(a => a.Base))
        {
            Assert.Equal(next, start);
            next += count;
        }

        Assert.Equal(next, log.HighWatermark);
        Assert.Equal(AllBatches(log).Select(b => b.Base), answers.SelectMany(a => a).Select(a => a.Base).Order());
    }

    private static int Read(PartitionLog log, Random random, CancellationToken done)
    {
        var reads = 0;
        for (var offset = 0L; !done.IsCancellationRequested || reads == 0; reads++)
        {
            if (random.Next(4) == 0)
                offset = random.NextInt64(log.HighWatermark + 1);
            var read = log.Read(offset, random.Next(1, 20_000), atLeastOneBatch: true);
            Assert.Equal(ErrorCode.None, read.Error);
            var bytes = new byte[read.Slice.Length];
            read.Slice.CopyTo(0, bytes);
            var batches = Batches(bytes);
            if (batches.Count == 0)
            {
                Assert.Equal(offset, read.HighWatermark);
                continue;
            }

            Assert.InRange(offset, batches[0].Base, batches[0].Last);
            Assert.True(batches[^1].Last < read.HighWatermark);
            for (var i = 1; i < batches.Count; i++)
                Assert.Equal(batches[i - 1].Last + 1, batches[i].Base);
            offset = batches[^1].Last + 1;
        }

        return reads;
    }
}
