using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage.Cleaning;

/// <summary>The process dies at every step of a swap.</summary>
public sealed class CleanedFilesTests : CleanerTest
{
    [Fact]
    public async Task Every_step_of_a_swap_leaves_the_old_records_or_the_new()
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: Compacted);
        for (var i = 0; i < 40; i++)
            await PutAsync(log, ("a", $"{i}"), ($"key-{i % 5}", $"{i}"));
        await AbortedAsync(log);
        await RollAsync(log);
        // All closed segments fit into one.
        storage.Topics.AlterConfigs("orders", [new(TopicConfigs.InternalSegmentBytes, ConfigOperation.Set, "100000")]);
        var old = Records(log);
        var before = CopyAsKilled();
        await CleanAsync(storage);
        var cleaned = Records(log);
        var after = CopyAsKilled();
        Assert.NotEqual(old, cleaned);
        Assert.Single(log.AbortedWithin(0, log.LogEndOffset));

        // The steps, in order, as files of the directory: written, renamed to .swap, old ones taken away, renamed to their place.
        string[] suffixes = [".index", ".timeindex", ".txnindex", ".log"];
        var oldNames = Names(before);
        var newNames = Names(after);
        var segment = LogFormat.FileName(0, "");
        var replaced = oldNames.Where(n => !newNames.Contains(n) || n.StartsWith(segment, StringComparison.Ordinal)).Where(n => suffixes.Any(n.EndsWith)).ToList();
        Assert.True(replaced.Count > suffixes.Length);
        var files = oldNames.ToDictionary(n => n, n => Path.Combine(before, "orders-0", n), StringComparer.Ordinal);
        await CheckAsync(files, before, old);
        foreach (var suffix in suffixes)
        {
            files[segment + suffix + ".cleaned"] = Path.Combine(after, "orders-0", segment + suffix);
            await CheckAsync(files, before, old);
        }

        foreach (var suffix in suffixes)
        {
            files.Remove(segment + suffix + ".cleaned", out var file);
            files[segment + suffix + ".swap"] = file!;
            await CheckAsync(files, before, suffix == ".log" ? cleaned : old);
        }

        foreach (var name in replaced.OrderBy(n => n[..20], StringComparer.Ordinal).ThenBy(n => Array.FindIndex(suffixes, n.EndsWith)))
        {
            files.Remove(name, out var file);
            files[name + ".deleted"] = file!;
            await CheckAsync(files, before, cleaned);
        }

        foreach (var suffix in suffixes)
        {
            files.Remove(segment + suffix + ".swap", out var file);
            files[segment + suffix] = file!;
            await CheckAsync(files, before, cleaned);
        }
    }

    [Fact]
    public async Task Damaged_swap_file_is_dropped_while_the_old_segments_are_there_and_reported_when_not()
    {
        var storage = await OpenUncleanedAsync();
        var log = CreateLog(storage, configs: Compacted);
        for (var i = 0; i < 40; i++)
            await PutAsync(log, ("a", $"{i}"));
        await RollAsync(log);
        var old = Records(log);
        var killed = CopyAsKilled();
        var first = Path.Combine(killed, "orders-0", LogFormat.FileName(0, ".log"));
        var bytes = await File.ReadAllBytesAsync(first, Cancelled);
        bytes[70] ^= 1;
        await File.WriteAllBytesAsync(first + ".swap", bytes, Cancelled);
        var withOld = CopyAsKilled(killed);
        Assert.Equal(old, Records((await OpenUncleanedAsync(withOld)).Topics.Partition("orders", 0)!));
        Assert.Empty(Directory.GetFiles(Path.Combine(withOld, "orders-0"), "*.swap"));

        File.Delete(first);
        Assert.Equal(StorageFailure.Corrupt, (await OpenUncleanedAsync(killed)).Topics.Partition("orders", 0)!.Failure!.Failure);
    }

    private async Task AbortedAsync(PartitionLog log)
    {
        var data = RecordBatchWriter.Write([ToRecord("aborted", "value")], producer: new BatchProducer(9, 0, -1), attributes: RecordBatch.TransactionalBit);
        Assert.Equal(ErrorCode.None, (await log.AppendAsync(data, RequiredAcks.All, AppendOrigin.Coordinator)).Error);
        Assert.Equal(ErrorCode.None, await log.AppendMarkerAsync(new(TransactionMarker.Abort, 9, 0, CoordinatorEpoch: 0, TransactionVersion: 1)));
    }

    private async Task CheckAsync(Dictionary<string, string> files, string root, List<(long, string?, string?, long)> expected)
    {
        var copy = CopyAsKilled(root);
        foreach (var file in Directory.GetFiles(Path.Combine(copy, "orders-0")))
            File.Delete(file);
        foreach (var (name, content) in files)
            File.Copy(content, Path.Combine(copy, "orders-0", name));
        var storage = await OpenUncleanedAsync(copy);
        var log = storage.Topics.Partition("orders", 0)!;
        Assert.Null(log.Failure);
        Assert.Equal(expected, Records(log));
        Assert.Single(log.AbortedWithin(0, log.LogEndOffset));
        await storage.DisposeAsync();
        Assert.DoesNotContain(Names(copy), n => n.EndsWith(".swap", StringComparison.Ordinal) || n.EndsWith(".cleaned", StringComparison.Ordinal));
        Directory.Delete(copy, recursive: true);
    }

    private static List<string> Names(string root) => [.. Directory.GetFiles(Path.Combine(root, "orders-0")).Select(p => Path.GetFileName(p)).Where(n => !n.EndsWith(".deleted", StringComparison.Ordinal))];
}
