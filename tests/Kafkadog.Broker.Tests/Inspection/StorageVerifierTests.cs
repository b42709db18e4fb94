using Kafkadog.Broker.Inspection;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Tests.Storage;

namespace Kafkadog.Broker.Tests.Inspection;

public sealed class StorageVerifierTests : StorageTest
{
    [Fact]
    public async Task Sound_directory_is_counted_and_nothing_is_found()
    {
        await FillAsync();
        var report = StorageVerifier.Verify(Data);
        Assert.Empty(report.Findings);
        Assert.True(report.CleanShutdown);
        Assert.Equal((1, 40, 80), (report.Partitions, report.Batches, report.Records));
        Assert.True(report.Segments > 2);
        Assert.False(report.IsDamaged);
    }

    [Fact]
    public async Task Running_broker_is_not_taken_for_damage()
    {
        await OpenAsync();
        Assert.Equal(StorageFailure.InUse, Assert.Throws<StorageException>(() => StorageVerifier.Verify(Data)).Failure);
    }

    [Fact]
    public async Task Write_that_was_under_way_is_a_note_and_the_next_start_mends_it()
    {
        var storage = await OpenAsync();
        await AppendManyAsync(CreateLog(storage), 5);
        var killed = CopyAsKilled();
        var file = PartitionFile(killed, ".log");
        var whole = new FileInfo(file).Length;
        await File.AppendAllTextAsync(file, "half a batch", Cancelled);
        var finding = Assert.Single(StorageVerifier.Verify(killed).Findings);
        Assert.Equal((false, file, whole), (finding.IsDamage, finding.File, finding.Position));
        Assert.Contains("offset 5", finding.Next, StringComparison.Ordinal);
        await (await OpenAsync(killed)).DisposeAsync();
        Assert.Empty(StorageVerifier.Verify(killed).Findings);
    }

    [Fact]
    public async Task Flipped_byte_is_told_with_file_and_position_of_its_batch()
    {
        await FillAsync();
        var file = Directory.EnumerateFiles(Path.Combine(Data, "orders-0"), "*.log").Order(StringComparer.Ordinal).First();
        var second = new RecordBatch(await File.ReadAllBytesAsync(file, Cancelled)).SizeInBytes;
        Flip(file, second + RecordBatch.HeaderSize + 3);
        var report = StorageVerifier.Verify(Data);
        var finding = report.Findings.First(f => f.IsDamage && f.File == file);
        Assert.Equal(second, finding.Position);
        Assert.Contains("offsets 2 to 3", finding.Problem, StringComparison.Ordinal);
        Assert.Contains("orders-0", finding.Next, StringComparison.Ordinal);
        Assert.True(report.IsDamaged);
    }

    [Theory]
    [InlineData(".index", 7)]
    [InlineData(".timeindex", 3)]
    [InlineData(".snapshot", 20)]
    public async Task Damaged_index_or_snapshot_is_told_and_its_advice_helps(string suffix, int at)
    {
        await FillAsync();
        var file = Directory.EnumerateFiles(Path.Combine(Data, "orders-0"), "*" + suffix).Order(StringComparer.Ordinal).First(f => new FileInfo(f).Length > at);
        Flip(file, at);
        var finding = Assert.Single(StorageVerifier.Verify(Data).Findings);
        Assert.True(finding.IsDamage);
        Assert.Equal(file, finding.File);
        Assert.StartsWith($"delete {file}", finding.Next, StringComparison.Ordinal);
        File.Delete(file);
        await (await OpenAsync()).DisposeAsync();
        Assert.Empty(StorageVerifier.Verify(Data).Findings);
    }

    [Theory]
    [InlineData("recovery-point-offset-checkpoint")]
    [InlineData("log-start-offset-checkpoint")]
    public async Task Damaged_checkpoint_is_told(string name)
    {
        await FillAsync();
        await File.WriteAllTextAsync(Path.Combine(Data, name), "0\n7\nnonsense\n", Cancelled);
        Assert.Equal(Path.Combine(Data, name), Assert.Single(StorageVerifier.Verify(Data).Findings, f => f.IsDamage).File);
    }

    [Fact]
    public async Task Missing_partition_and_foreign_directory_are_told()
    {
        await FillAsync();
        Directory.Delete(Path.Combine(Data, "orders-0"), recursive: true);
        Assert.EndsWith("orders-0", Assert.Single(StorageVerifier.Verify(Data).Findings).File, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(Data, "meta.properties"), "version=1\nnode.id=1\nkafkadog.format.version=99\n", Cancelled);
        Assert.Equal(StorageFailure.NewerFormat, Assert.Throws<StorageException>(() => StorageVerifier.Verify(Data)).Failure);
    }

    [Fact]
    public async Task Dump_shows_every_batch_and_record()
    {
        await FillAsync();
        var file = Directory.EnumerateFiles(Path.Combine(Data, "orders-0"), "*.log").Order(StringComparer.Ordinal).First();
        var batches = SegmentFile.Read(file, withRecords: true, (_, problem) => Assert.Fail(problem)).ToList();
        Assert.Equal((0, 1, 2, 0), (batches[0].BaseOffset, batches[0].LastOffset, batches[0].Count, batches[0].Position));
        Assert.Equal(batches[0].Size, batches[1].Position);
        Assert.All(batches, batch => Assert.True(batch.IsValid));
        Assert.Equal("lz4", batches[0].CompressionCodec);
        Assert.Equal((1, "k", 1, 20), (batches[0].Records![1].Offset, batches[0].Records![1].Key, batches[0].Records![1].KeySize, batches[0].Records![1].ValueSize));
        Assert.Equal((5, 0, 1), (batches[0].ProducerId, batches[0].BaseSequence, batches[0].LastSequence));
    }

    [Fact]
    public async Task Dump_of_random_bytes_ends_with_a_problem()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "00000000000000000000.log");
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var bytes = new byte[random.Next(1, 500)];
            random.NextBytes(bytes);
            if (round % 2 == 0 && bytes.Length > RecordBatch.MagicAt)
                bytes[RecordBatch.MagicAt] = RecordBatch.CurrentMagic;
            await File.WriteAllBytesAsync(file, bytes, Cancelled);
            var problems = 0;
            Assert.DoesNotContain(SegmentFile.Read(file, withRecords: true, (_, _) => problems++), batch => batch.IsValid);
            Assert.InRange(problems, 0, 1);
        }
    }

    /// <summary>Forty batches of two records in several segments, shut down cleanly.</summary>
    private async Task FillAsync()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage, configs: [("internal.segment.bytes", "2000"), ("index.interval.bytes", "200")]);
        for (var at = 0; at < 40; at++)
            await AppendAsync(log, Batch(records: 2, timestampMs: NowMs + (at * 10), producer: new BatchProducer(5, 0, at * 2), codec: CompressionCodec.Lz4));
        await storage.DisposeAsync();
    }

    private static void Flip(string file, int at)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[at] ^= 0x40;
        File.WriteAllBytes(file, bytes);
    }
}
