using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Storage;

/// <summary>A temporary data directory, fake time, and the few words all storage tests use.</summary>
public abstract class StorageTest : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("kafkadog-storage-").FullName;
    private readonly List<BrokerStorage> _opened = [];

    internal FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
    internal string Data => Path.Combine(_root, "data");
    internal long NowMs => Time.GetUtcNow().ToUnixTimeMilliseconds();
    internal static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var storage in _opened)
            await storage.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    internal async Task<BrokerStorage> OpenAsync(string? directory = null, Func<StorageOptions, StorageOptions>? configure = null)
    {
        var options = new StorageOptions { DataDirectory = directory ?? Data, FlushMode = FlushMode.Os, CheckpointInterval = TimeSpan.FromDays(10) };
        var storage = await BrokerStorage.OpenAsync(configure?.Invoke(options) ?? options, Time, NullLoggerFactory.Instance, Cancelled);
        _opened.Add(storage);
        return storage;
    }

    /// <summary>For a storage whose disk is gone: it cannot be closed and says so.</summary>
    internal async Task AbandonAsync(BrokerStorage storage)
    {
        _opened.Remove(storage);
        await Assert.ThrowsAsync<StorageException>(() => storage.DisposeAsync().AsTask());
    }

    /// <summary>A topic with one partition.</summary>
    internal static PartitionLog CreateLog(BrokerStorage storage, string topic = "orders", params (string Name, string Value)[] configs)
    {
        var result = storage.Topics.Create(topic, 1, configs.ToDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal));
        Assert.Equal(ErrorCode.None, result.Error);
        return result.Topic!.Partitions[0];
    }

    /// <summary>What a killed broker leaves: the files as they are now, at another place.</summary>
    internal string CopyAsKilled(string? from = null)
    {
        var to = Path.Combine(_root, Guid.NewGuid().ToString("N"));
        from ??= Data;
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != LogFormat.LockFile))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        return to;
    }

    internal byte[] Batch(int records = 1, int valueBytes = 20, long? timestampMs = null, BatchProducer? producer = null, string? key = "k", CompressionCodec codec = CompressionCodec.None) =>
        RecordBatchWriter.Write(
            [.. Enumerable.Range(0, records).Select(i => new Record((timestampMs ?? NowMs) + i, key is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(key), new byte[valueBytes]))],
            codec, producer);

    internal static async Task<AppendResult> AppendAsync(PartitionLog log, byte[] batch, RequiredAcks acks = RequiredAcks.All) =>
        await log.AppendAsync(batch, acks);

    internal async Task AppendManyAsync(PartitionLog log, int batches, int records = 1, int valueBytes = 20)
    {
        for (var i = 0; i < batches; i++)
            Assert.Equal(ErrorCode.None, (await AppendAsync(log, Batch(records, valueBytes))).Error);
    }

    internal static byte[] ReadBytes(PartitionLog log, long offset, int maxBytes = 1 << 20, bool atLeastOne = true)
    {
        var read = log.Read(offset, maxBytes, atLeastOne);
        Assert.Equal(ErrorCode.None, read.Error);
        var bytes = new byte[read.Slice.Length];
        read.Slice.CopyTo(0, bytes);
        return bytes;
    }

    /// <summary>Base and last offset of every batch; fails unless the bytes are whole valid batches.</summary>
    internal static List<(long Base, long Last)> Batches(ReadOnlySpan<byte> bytes)
    {
        var found = new List<(long, long)>();
        while (!bytes.IsEmpty)
        {
            var batch = new RecordBatch(bytes);
            Assert.True(batch.IsComplete);
            Assert.Equal(batch.ComputeCrc(), batch.Crc);
            found.Add((batch.BaseOffset, batch.LastOffset));
            bytes = bytes[batch.SizeInBytes..];
        }

        return found;
    }

    internal static List<(long Base, long Last)> AllBatches(PartitionLog log)
    {
        var found = new List<(long, long)>();
        using var reader = log.OpenReader(log.LogStartOffset);
        while (reader.MoveNext())
            found.AddRange(Batches(reader.Batch.Span));
        return found;
    }

    internal string PartitionFile(string root, string suffix, string topic = "orders") =>
        Directory.EnumerateFiles(Path.Combine(root, topic + "-0"), "*" + suffix).Order(StringComparer.Ordinal).Last();
}
