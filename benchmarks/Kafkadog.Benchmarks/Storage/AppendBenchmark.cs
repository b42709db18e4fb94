using BenchmarkDotNet.Attributes;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kafkadog.Benchmarks.Storage;

/// <summary>One partition, one appender: checks, CRC, copy and write of one batch. Divide the batch size by the mean for the throughput.</summary>
[MemoryDiagnoser]
public class AppendBenchmark
{
    private string _directory = "";
    private BrokerStorage _storage = null!;
    private PartitionLog _log = null!;
    private byte[] _batch = [];

    /// <summary>Size of the batch's one value, in bytes.</summary>
    [Params(1024, 16 * 1024, 128 * 1024)]
    public int BatchBytes { get; set; }

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _directory = Directory.CreateTempSubdirectory("kafkadog-bench-").FullName;
        // Retention keeps the disk from filling up during the run.
        var configs = new Dictionary<string, string>(StringComparer.Ordinal) { [TopicConfigs.RetentionBytes] = "134217728", [TopicConfigs.FileDeleteDelayMs] = "0" };
        var options = new StorageOptions { DataDirectory = _directory, RetentionCheckInterval = TimeSpan.FromMilliseconds(200) };
        _storage = await BrokerStorage.OpenAsync(options, TimeProvider.System, NullLoggerFactory.Instance);
        _log = _storage.Topics.Create("bench", 1, configs).Topic!.Partitions[0];
        var value = new byte[BatchBytes];
        new Random(1).NextBytes(value);
        _batch = RecordBatchWriter.Write([new Record(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), null, value)]);
        for (var i = 0; i < 100; i++)
            await _log.AppendAsync(_batch);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _storage.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark]
    public async Task<long> AppendAsync()
    {
        var result = await _log.AppendAsync(_batch);
        return result.Error is ErrorCode.None ? result.BaseOffset : throw new InvalidOperationException(result.ErrorMessage);
    }

    /// <summary>Lookup and copy of the last batch, as a tailing consumer does.</summary>
    [Benchmark]
    public int ReadTail()
    {
        var read = _log.Read(_log.HighWatermark - 1, 1024 * 1024, atLeastOneBatch: true);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(read.Slice.Length);
        read.Slice.CopyTo(0, buffer.AsSpan(0, read.Slice.Length));
        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        return read.Slice.Length;
    }
}
