using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Storage.Cleaning;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Storage.Cleaning;

/// <summary>Logs of small segments that are compacted when the test says so.</summary>
public abstract class CleanerTest : StorageTest
{
    internal static readonly (string Name, string Value)[] Compacted =
    [
        (TopicConfigs.CleanupPolicy, "compact"), (TopicConfigs.InternalSegmentBytes, "1000"), (TopicConfigs.MinCleanableDirtyRatio, "0"),
        (TopicConfigs.IndexIntervalBytes, "200"),
    ];

    internal static (string Name, string Value)[] With(params (string Name, string Value)[] configs) =>
        [.. Compacted.ExceptBy(configs.Select(c => c.Name), c => c.Name), .. configs];

    internal Task<BrokerStorage> OpenUncleanedAsync(string? directory = null, Func<CleanerOptions, CleanerOptions>? configure = null) =>
        OpenAsync(directory, o => o with { Cleaner = (configure?.Invoke(o.Cleaner) ?? o.Cleaner) with { IsEnabled = false } });

    /// <summary>Cleans until nothing is due.</summary>
    internal static async Task<int> CleanAsync(BrokerStorage storage)
    {
        var cleanings = 0;
        while (await storage.Cleaner.CleanDirtiestAsync(Cancelled))
            cleanings++;
        return cleanings;
    }

    /// <summary>Closes the active segment: the next append goes into another.</summary>
    internal async Task RollAsync(PartitionLog log)
    {
        var segments = Directory.GetFiles(Path.Combine(Data, log.TopicPartition.ToString()), "*.log").Length;
        for (var filler = 0; Directory.GetFiles(Path.Combine(Data, log.TopicPartition.ToString()), "*.log").Length == segments; filler++)
            await PutAsync(log, ($"filler-{filler}", new string('x', 200)));
    }

    internal Task<AppendResult> PutAsync(PartitionLog log, params (string Key, string? Value)[] records) => PutAsync(log, CompressionCodec.None, null, records);

    internal async Task<AppendResult> PutAsync(PartitionLog log, CompressionCodec codec, BatchProducer? producer, params (string Key, string? Value)[] records)
    {
        var result = await AppendAsync(log, RecordBatchWriter.Write([.. records.Select(r => ToRecord(r.Key, r.Value))], codec, producer));
        Assert.Equal(ErrorCode.None, result.Error);
        return result;
    }

    internal Record ToRecord(string key, string? value) =>
        new(NowMs, Encoding.UTF8.GetBytes(key), value is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(value));

    /// <summary>Every record of the log, read as a consumer does.</summary>
    internal static List<(long Offset, string? Key, string? Value, long TimestampMs)> Records(PartitionLog log, long? from = null)
    {
        var found = new List<(long, string?, string?, long)>();
        using var reader = log.OpenReader(from ?? log.LogStartOffset);
        while (reader.MoveNext())
        {
            if (new RecordBatch(reader.Batch.Span).IsControl)
                continue;
            found.AddRange(RecordBatchReader.Read(reader.Batch).Select(r => (r.Offset, Text(r.Key), Text(r.Value), r.TimestampMs)));
        }

        return found;
    }

    private static string? Text(ReadOnlyMemory<byte>? bytes) => bytes is { } some ? Encoding.UTF8.GetString(some.Span) : null;
}
