using System.Diagnostics;
using System.Globalization;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kafkadog.Benchmarks.Storage;

/// <summary>How long a broker's storage takes to open many partitions with much in them.</summary>
internal static class RestartBenchmark
{
    private const int BatchBytes = 16 * 1024;

    public static async Task RunAsync(int partitions, int mebibytes)
    {
        var root = Directory.CreateTempSubdirectory("kafkadog-restart-");
        try
        {
            var options = new StorageOptions { DataDirectory = Path.Combine(root.FullName, "data") };
            await FillAsync(options, partitions, mebibytes);
            await MeasureAsync("clean shutdown", options);
            File.Delete(Path.Combine(options.DataDirectory, LogFormat.CleanShutdown));
            await MeasureAsync("killed, all of it flushed before", options);
            File.Delete(Path.Combine(options.DataDirectory, LogFormat.CleanShutdown));
            File.Delete(Path.Combine(options.DataDirectory, LogFormat.RecoveryPoints));
            await MeasureAsync("killed, nothing known to be flushed: every byte is read", options);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    private static async Task FillAsync(StorageOptions options, int partitions, int mebibytes)
    {
        await using var storage = await BrokerStorage.OpenAsync(options, TimeProvider.System, NullLoggerFactory.Instance);
        var topic = storage.Topics.Create("restart", partitions).Topic!;
        var value = new byte[BatchBytes];
        new Random(1).NextBytes(value);
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var each = (long)mebibytes * 1024 * 1024 / partitions / BatchBytes;
        for (var batch = 0; batch < each; batch++)
        {
            foreach (var log in topic.Partitions)
            {
                var bytes = RecordBatchWriter.Write([new Record(now, null, value)], producer: new BatchProducer(7, 0, batch));
                if ((await log.AppendAsync(bytes)).Error is not ErrorCode.None and var error)
                    throw new InvalidOperationException($"An append failed: {error}");
            }
        }
    }

    private static async Task MeasureAsync(string what, StorageOptions options)
    {
        var began = Stopwatch.GetTimestamp();
        await using var storage = await BrokerStorage.OpenAsync(options, TimeProvider.System, NullLoggerFactory.Instance);
        var took = Stopwatch.GetElapsedTime(began);
        var logs = storage.Topics.All.SelectMany(t => t.Partitions).ToList();
        if (logs.Any(l => l.Failure is not null))
            throw new InvalidOperationException("A partition did not open.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {logs.Count} partitions, {logs.Sum(l => l.SizeInBytes) / 1048576} MiB, open after {took.TotalMilliseconds:F0} ms"));
    }
}
