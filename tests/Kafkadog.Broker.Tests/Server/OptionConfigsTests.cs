using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Tests.Server;

/// <summary>Settings by Kafka's own names for which the broker has an option of its own, as the command line gives them.</summary>
public sealed class OptionConfigsTests
{
    private const sbyte OfBroker = 4, OfTopic = 2;

    [Fact]
    public async Task Settings_by_kafkas_names_are_the_options_that_mean_the_same()
    {
        var configs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["auto.create.topics.enable"] = "false",
            ["connections.max.idle.ms"] = "300000",
            ["fetch.max.bytes"] = "2048",
            ["group.initial.rebalance.delay.ms"] = "7",
            ["max.connections"] = "77",
            ["max.incremental.fetch.session.cache.slots"] = "11",
            ["num.partitions"] = "3",
            ["offsets.topic.num.partitions"] = "2",
            ["socket.request.max.bytes"] = "1048576",
        };
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Configs = configs }, TestContext.Current.CancellationToken);
        using var client = await WireClient.ConnectAsync(broker.Port, TestContext.Current.CancellationToken);
        var request = new DescribeConfigsRequest { Resources = [new() { ResourceType = OfBroker, ResourceName = "1", ConfigurationKeys = [.. configs.Keys] }] };
        var told = await client.AskAsync<DescribeConfigsResponse>(ApiSchemas.DescribeConfigs, 4, request, TestContext.Current.CancellationToken);
        Assert.Equal(configs.OrderBy(config => config.Key, StringComparer.Ordinal), told.Results.Single().Configs.Select(config => KeyValuePair.Create(config.Name!, config.Value!)).OrderBy(config => config.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Segments_of_Kafkas_own_topics_are_as_large_as_the_settings_say()
    {
        var configs = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["offsets.topic.segment.bytes"] = "1048577",
            ["transaction.state.log.segment.bytes"] = "1048578",
        };
        await using var broker = await KafkaBroker.StartAsync(new() { Port = 0, Topics = [new("t")], Configs = configs }, TestContext.Current.CancellationToken);
        using var client = await WireClient.ConnectAsync(broker.Port, TestContext.Current.CancellationToken);
        await client.AskAsync<FindCoordinatorResponse>(ApiSchemas.FindCoordinator, 3, new FindCoordinatorRequest { KeyType = 0, Key = "g" }, TestContext.Current.CancellationToken);
        await client.AskAsync<FindCoordinatorResponse>(ApiSchemas.FindCoordinator, 3, new FindCoordinatorRequest { KeyType = 1, Key = "tx" }, TestContext.Current.CancellationToken);
        var request = new DescribeConfigsRequest
        {
            Resources =
            [
                new() { ResourceType = OfTopic, ResourceName = "__consumer_offsets", ConfigurationKeys = ["segment.bytes"] },
                new() { ResourceType = OfTopic, ResourceName = "__transaction_state", ConfigurationKeys = ["segment.bytes"] },
            ],
        };
        var told = await client.AskAsync<DescribeConfigsResponse>(ApiSchemas.DescribeConfigs, 4, request, TestContext.Current.CancellationToken);
        Assert.Equal(["1048577", "1048578"], told.Results.Select(topic => topic.Configs.Single().Value));
    }

    [Theory]
    [InlineData("auto.create.topics.enable", "sometimes")]
    [InlineData("num.partitions", "0")]
    [InlineData("offsets.topic.num.partitions", "many")]
    [InlineData("offsets.topic.segment.bytes", "1048575")]
    [InlineData("transaction.state.log.segment.bytes", "a lot")]
    public async Task Value_that_is_not_valid_is_refused(string name, string value)
    {
        var options = new BrokerOptions { Port = 0, Configs = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value } };
        var refused = await Assert.ThrowsAsync<BrokerStartException>(() => KafkaBroker.StartAsync(options, TestContext.Current.CancellationToken));
        Assert.Equal(BrokerStartFailure.InvalidOption, refused.Failure);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }
}
