using System.Diagnostics;

namespace Kafkadog.Broker.Tests.Embedding;

public sealed class RestartTests : EmbeddedTest
{
    [Fact]
    public async Task Producer_and_consumer_go_on_after_a_crash_and_nothing_acknowledged_is_lost()
    {
        using var producer = Producer();
        var sent = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            for (var at = 0; at < 20; at++)
            {
                await producer.ProduceAsync("orders", new() { Key = $"k{at}", Value = $"{round}-{at}" }, Patience);
                sent.Add($"{round}-{at}");
            }

            var port = Broker.Port;
            await Broker.CrashAsync();
            Assert.False(Broker.IsRunning);
            Assert.Throws<InvalidOperationException>(() => Broker.ReadAll("orders"));
            await Broker.RestartAsync(Patience);
            Assert.Equal(port, Broker.Port);
        }

        Assert.Equal(sent.Order(StringComparer.Ordinal), Broker.ReadAll("orders").Select(record => record.ValueText!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Crash_leaves_a_data_directory_as_a_killed_process_does()
    {
        using var directory = new TemporaryDirectory();
        var marker = Path.Combine(directory.Path, ".kafka_cleanshutdown");
        await using var broker = await KafkaBroker.StartAsync(Options with { DataDirectory = directory.Path, FlushMode = FlushMode.Os }, Patience);
        Assert.Equal(directory.Path, broker.DataDirectory);
        await broker.WriteAsync("orders", "k", "v");
        await broker.CrashAsync();
        Assert.False(File.Exists(marker));
        await broker.RestartAsync(Patience);
        Assert.Equal("v", Assert.Single(broker.ReadAll("orders")).ValueText);
        await broker.StopAsync();
        Assert.True(File.Exists(marker));
        await broker.StopAsync();
        await broker.RestartAsync(Patience);
        Assert.Single(broker.ReadAll("orders"));
    }

    [Fact]
    public async Task Topics_of_the_options_are_made_once()
    {
        await Broker.WriteAsync("orders", "k", "v");
        await Broker.RestartAsync(Patience);
        Assert.Single(Broker.ReadAll("orders"));
        var refused = await Assert.ThrowsAsync<BrokerStartException>(() => KafkaBroker.StartAsync(Options with { Topics = [new("a b")] }, Patience));
        Assert.Equal(BrokerStartFailure.InvalidOption, refused.Failure);
        Assert.Contains("'a b'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_in_memory_is_ready_within_50_ms()
    {
        var times = new List<TimeSpan>();
        for (var at = 0; at < 9; at++)
        {
            var started = Stopwatch.GetTimestamp();
            await using var broker = await KafkaBroker.StartAsync(Options, Patience);
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        times.Sort();
        Assert.True(times[4] < TimeSpan.FromMilliseconds(50), $"median {times[4].TotalMilliseconds} ms");
    }
}
