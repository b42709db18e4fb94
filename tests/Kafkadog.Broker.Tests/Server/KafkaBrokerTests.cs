using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;

namespace Kafkadog.Broker.Tests.Server;

public sealed class KafkaBrokerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Taken_port_is_told_with_the_port_and_the_setting()
    {
        await using var first = await KafkaBroker.StartAsync(RunningBroker.Options, Cancel);
        var refused = await Assert.ThrowsAsync<BrokerStartException>(() => KafkaBroker.StartAsync(RunningBroker.Options with { Port = first.Port }, Cancel));
        Assert.Equal(BrokerStartFailure.PortTaken, refused.Failure);
        Assert.Contains($"Port {first.Port}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("set Port", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_of_another_machine_is_refused()
    {
        var refused = await Assert.ThrowsAsync<BrokerStartException>(() => KafkaBroker.StartAsync(RunningBroker.Options with { Host = "203.0.113.7" }, Cancel));
        Assert.Equal(BrokerStartFailure.AddressUnusable, refused.Failure);
    }

    [Fact]
    public async Task Data_directory_of_a_running_broker_is_refused()
    {
        using var directory = new TemporaryDirectory();
        var options = RunningBroker.Options with { DataDirectory = directory.Path };
        await using var first = await KafkaBroker.StartAsync(options, Cancel);
        var refused = await Assert.ThrowsAsync<BrokerStartException>(() => KafkaBroker.StartAsync(options, Cancel));
        Assert.Equal(BrokerStartFailure.DataDirectoryInUse, refused.Failure);
        Assert.Contains(directory.Path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_directory_that_cannot_be_made_is_refused()
    {
        var file = Path.GetTempFileName();
        try
        {
            var refused = await Assert.ThrowsAsync<BrokerStartException>(
                () => KafkaBroker.StartAsync(RunningBroker.Options with { DataDirectory = Path.Combine(file, "data") }, Cancel));
            Assert.Contains("DataDirectory", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    public async Task Port_out_of_range_is_refused(int port)
    {
        var refused = await Assert.ThrowsAsync<BrokerStartException>(() => KafkaBroker.StartAsync(new BrokerOptions { Port = port }, Cancel));
        Assert.Equal(BrokerStartFailure.InvalidOption, refused.Failure);
    }

    [Fact]
    public async Task Records_topics_and_cluster_id_survive_a_restart_and_the_leader_epoch_goes_up()
    {
        var directory = Directory.CreateTempSubdirectory("kafkadog-test-");
        try
        {
            var options = RunningBroker.Options with { DataDirectory = directory.FullName };
            string clusterId;
            await using (var broker = await KafkaBroker.StartAsync(options, Cancel))
            {
                clusterId = broker.ClusterId;
                Assert.Equal(22, clusterId.Length);
                using var client = await WireClient.ConnectAsync(broker, Cancel);
                await client.CreateAsync("kept", 2, Cancel);
                await client.ProduceAsync("kept", ApiClient.Batch(7), Cancel, partition: 1);
            }

            await using (var broker = await KafkaBroker.StartAsync(options, Cancel))
            {
                Assert.Equal(clusterId, broker.ClusterId);
                using var client = await WireClient.ConnectAsync(broker, Cancel);
                var metadata = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = null }, Cancel);
                Assert.Equal([1, 1], metadata.Topics.Single(topic => topic.Name == "kept").Partitions.Select(partition => partition.LeaderEpoch));
                Assert.Equal(7, (await client.FetchAsync(ApiClient.Fetch("kept", 0, 0, partition: 1), Cancel)).HighWatermark);
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Without_a_data_directory_two_brokers_share_nothing()
    {
        await using var one = await KafkaBroker.StartAsync(RunningBroker.Options, Cancel);
        await using var other = await KafkaBroker.StartAsync(RunningBroker.Options, Cancel);
        Assert.Null(one.DataDirectory);
        Assert.NotEqual(one.ClusterId, other.ClusterId);
        using var client = await WireClient.ConnectAsync(one, Cancel);
        await client.CreateAsync("mine", 1, Cancel);
        using var stranger = await WireClient.ConnectAsync(other, Cancel);
        var metadata = await stranger.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = null }, Cancel);
        Assert.Empty(metadata.Topics);
    }

    [Fact]
    public async Task Clients_are_told_the_advertised_address()
    {
        await using var broker = await KafkaBroker.StartAsync(RunningBroker.Options with { AdvertisedHost = "kafka.example", AdvertisedPort = 19092 }, Cancel);
        Assert.Equal("kafka.example:19092", broker.BootstrapServers);
        using var client = await WireClient.ConnectAsync(broker, Cancel);
        var metadata = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }, Cancel);
        Assert.Equal(("kafka.example", 19092), (metadata.Brokers.Single().Host, metadata.Brokers.Single().Port));
    }
}
