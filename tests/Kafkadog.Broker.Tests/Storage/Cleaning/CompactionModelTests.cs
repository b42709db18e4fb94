using System.Globalization;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage.Cleaning;

/// <summary>Random logs, cleaned at random moments with little memory, against the rule in its shortest form.</summary>
public sealed class CompactionModelTests : CleanerTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Reader_of_a_compacted_log_ends_with_the_same_value_for_every_key(int seed)
    {
        const long DeleteRetentionMs = 5000;
        var random = new Random(seed);
        var storage = await OpenUncleanedAsync(configure: c => c with { DedupeBufferBytes = 24 * random.Next(20, 200), IoBufferBytes = 8192 });
        var log = CreateLog(storage, configs: With((TopicConfigs.DeleteRetentionMs, DeleteRetentionMs.ToString(CultureInfo.InvariantCulture))));
        var written = new List<(long Offset, string Key, string? Value, long TimestampMs)>();
        var sequences = new int[4];
        for (var step = 0; step < Nightly.Rounds(ci: 400, nightly: 5000); step++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(random.Next(50)));
            var records = Enumerable.Range(0, random.Next(1, 6))
                .Select(_ => ($"key-{random.Next(60)}", random.Next(5) == 0 ? null : random.Next().ToString(CultureInfo.InvariantCulture))).ToArray();
            var producer = random.Next(sequences.Length);
            var by = producer == 0 ? BatchProducer.None : new BatchProducer(producer, 0, sequences[producer]);
            sequences[producer] += records.Length;
            var offset = (await PutAsync(log, (CompressionCodec)random.Next(5), by, records)).BaseOffset;
            written.AddRange(records.Select((r, i) => (offset + i, r.Item1, r.Item2, NowMs)));
            if (random.Next(25) == 0)
                await CleanAsync(storage);
            if (random.Next(100) == 0)
                Check(log, written, DeleteRetentionMs);
        }

        Check(log, written, DeleteRetentionMs);
        var reopened = (await OpenUncleanedAsync(CopyAsKilled())).Topics.Partition("orders", 0)!;
        Check(reopened, written, DeleteRetentionMs);
        Assert.Equal(Records(log), Records(reopened));
        for (var producer = 1; producer < sequences.Length; producer++)
            await PutAsync(reopened, CompressionCodec.None, new BatchProducer(producer, 0, sequences[producer]), ("goes", "on"));
        Assert.InRange(Records(log).Count, 1, written.Count / 2);
    }

    private void Check(PartitionLog log, List<(long Offset, string Key, string? Value, long TimestampMs)> written, long deleteRetentionMs)
    {
        var byOffset = written.ToDictionary(w => w.Offset);
        var found = Records(log);
        // What is left is as it was written, where it was written.
        Assert.All(found, f => Assert.Equal((byOffset[f.Offset].Key, byOffset[f.Offset].Value, byOffset[f.Offset].TimestampMs), (f.Key, f.Value, f.TimestampMs)));
        var left = found.Select(f => f.Offset).ToHashSet();
        foreach (var last in written.GroupBy(w => w.Key).Select(g => g.Last()))
        {
            // The last of each key is there; a tombstone may be gone once it was there for its time.
            Assert.True(left.Contains(last.Offset) || (last.Value is null && NowMs - last.TimestampMs >= deleteRetentionMs), $"{last} is lost");
        }

        // And nothing older than a tombstone that is gone comes back to life.
        foreach (var ofKey in found.GroupBy(f => f.Key))
            Assert.True(ofKey.Last().Offset == written.Last(w => w.Key == ofKey.Key).Offset || ofKey.Last().Offset >= log.CleanedTo, $"{ofKey.Key} ends with {ofKey.Last()}");
        // Every position leads on to the end.
        for (var position = log.LogStartOffset; position < log.HighWatermark;)
        {
            var next = Batches(ReadBytes(log, position, 5000))[^1].Last + 1;
            Assert.True(next > position);
            position = next;
        }
    }
}
