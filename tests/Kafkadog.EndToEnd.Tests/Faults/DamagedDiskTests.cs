using System.Globalization;
using Confluent.Kafka;

namespace Kafkadog.EndToEnd.Tests.Faults;

public sealed class DamagedDiskTests
{
    private const string Topic = "orders";

    [Fact]
    public async Task Torn_last_batch_is_cut_at_the_next_start_and_nothing_else()
    {
        const int Records = 50, TornBytes = 7;
        using var directory = new TemporaryDirectory();
        await using var broker = new BrokerProcess(directory.Data);
        await broker.StartAsync();
        await broker.CreateAsync(Topic, 1);
        Assert.Equal(Records, await ProduceAsync(broker, Records, valueBytes: 100, until: null));
        await broker.KillAsync();

        using (var log = new FileStream(Directory.EnumerateFiles(Path.Combine(broker.Logs, $"{Topic}-0"), "*.log").Single(), FileMode.Open))
        {
            log.SetLength(log.Length - TornBytes);
        }

        await broker.StartAsync();
        Assert.Equal(Records - 1, broker.ReadAll(Topic, 1).Count);
        Assert.Contains($"{Topic}-0: cut ", broker.Said, StringComparison.Ordinal);
        Assert.Equal(1, await ProduceAsync(broker, 1, valueBytes: 100, until: null));
        Assert.Equal(Records, broker.ReadAll(Topic, 1).Count);
    }

    [Fact]
    public async Task Full_disk_is_told_to_the_producer_and_a_restart_with_space_serves_all_that_was_acknowledged()
    {
        const int MiB = 1024 * 1024;
        using var directory = new TemporaryDirectory();
        await using var disk = await SmallDisk.MountOrSkipAsync(directory.Data, megabytes: 16);
        var ballast = Path.Combine(directory.Data, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[6 * MiB], TestContext.Current.CancellationToken);
        await using var broker = new BrokerProcess(directory.Data, "log.segment.bytes=1048576");
        await broker.StartAsync();
        await broker.CreateAsync(Topic, 1);

        var acknowledged = await ProduceAsync(broker, records: 1000, valueBytes: 64 * 1024, until: ErrorCode.KafkaStorageError);
        Assert.InRange(acknowledged, 1, 999);
        Assert.True(broker.IsRunning, broker.Said);
        Assert.Contains("No space left on device", broker.Said, StringComparison.Ordinal);
        var traces = broker.Said.Split('\n').Count(line => line.Contains("   at ", StringComparison.Ordinal));
        Assert.True(traces <= 1, $"{traces} lines with stack traces:\n{broker.Said}");

        File.Delete(ballast);
        await broker.StopAsync();
        await broker.StartAsync();
        var numbers = broker.ReadAll(Topic, 1).Select(r => int.Parse(r.Message.Key, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(0, acknowledged), numbers.Take(acknowledged));
        Assert.Equal(1, await ProduceAsync(broker, 1, valueBytes: 100, until: null));
    }

    /// <summary>Sends one by one, until one fails with the error expected; returns how many were acknowledged.</summary>
    private static async Task<int> ProduceAsync(BrokerProcess broker, int records, int valueBytes, ErrorCode? until)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.Servers, MessageSendMaxRetries = 0, LingerMs = 0 })
            .SetLogHandler(static (_, _) => { }).Build();
        for (var at = 0; at < records; at++)
        {
            try
            {
                var message = new Message<string, string> { Key = at.ToString(CultureInfo.InvariantCulture), Value = new string('x', valueBytes) };
                await producer.ProduceAsync(Topic, message, TestContext.Current.CancellationToken);
            }
            catch (ProduceException<string, string> e) when (e.Error.Code == until)
            {
                return at;
            }
        }

        return records;
    }
}
