using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Apis;

/// <summary>Settings of groups (resource type 32): set, told, limited by the broker's, kept over a restart.</summary>
public sealed class GroupConfigTests : IAsyncLifetime
{
    private const sbyte Group = 32, DynamicGroup = 8, Default = 5, Set = 0, Delete = 1;

    private readonly TemporaryDirectory _directory = new();
    private KafkaBroker _broker = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Own_value_stands_before_the_default_survives_a_restart_and_can_be_taken_back()
    {
        Assert.Equal(ErrorCode.None, (await AlterAsync("consumer.session.timeout.ms", "50000")).ErrorCode);
        await _broker.DisposeAsync();
        _broker = await StartAsync();
        var config = await DescribeAsync("consumer.session.timeout.ms");
        Assert.Equal(("50000", DynamicGroup), (config.Value, config.ConfigSource));
        Assert.Equal(["consumer.session.timeout.ms=50000", "group.consumer.session.timeout.ms=45000"], config.Synonyms.Select(s => $"{s.Name}={s.Value}"));
        Assert.Equal(ErrorCode.None, (await AlterAsync("consumer.session.timeout.ms", null, Delete)).ErrorCode);
        config = await DescribeAsync("consumer.session.timeout.ms");
        Assert.Equal(("45000", Default), (config.Value, config.ConfigSource));
    }

    [Theory]
    [InlineData("consumer.session.timeout.ms", "44999", "consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms")]
    [InlineData("consumer.session.timeout.ms", "60001", "consumer.session.timeout.ms must be less than or equal to group.consumer.max.session.timeout.ms")]
    [InlineData("consumer.heartbeat.interval.ms", "4999", "consumer.heartbeat.interval.ms must be greater than or equal to group.consumer.min.heartbeat.interval.ms")]
    [InlineData("consumer.heartbeat.interval.ms", "15001", "consumer.heartbeat.interval.ms must be less than or equal to group.consumer.max.heartbeat.interval.ms")]
    [InlineData("consumer.assignment.interval.ms", "15001", "consumer.assignment.interval.ms must be less than or equal to group.consumer.max.assignment.interval.ms")]
    [InlineData("consumer.what", "1", "Unknown group config name: consumer.what")]
    [InlineData("consumer.session.timeout.ms", "abc", null)]
    public async Task Value_outside_the_brokers_limits_is_refused(string name, string value, string? message)
    {
        var refused = await AlterAsync(name, value);
        Assert.Equal((ErrorCode.InvalidConfig, message ?? refused.ErrorMessage), (refused.ErrorCode, refused.ErrorMessage));
    }

    [Fact]
    public async Task Members_are_told_the_heartbeat_interval_of_their_group()
    {
        await AlterAsync("consumer.heartbeat.interval.ms", "7000");
        using var client = await WireClient.ConnectAsync(_broker, Cancel);
        var join = new ConsumerGroupHeartbeatRequest { GroupId = "g", MemberId = "a", RebalanceTimeoutMs = 1000, SubscribedTopicNames = [], TopicPartitions = [] };
        var joined = await client.AskAsync<ConsumerGroupHeartbeatResponse>(ApiSchemas.ConsumerGroupHeartbeat, 1, join, Cancel);
        Assert.Equal((ErrorCode.None, 7000), (joined.ErrorCode, joined.HeartbeatIntervalMs));
    }

    private async Task<IncrementalAlterConfigsResponseResource> AlterAsync(string name, string? value, sbyte operation = Set)
    {
        using var client = await WireClient.ConnectAsync(_broker, Cancel);
        var request = new IncrementalAlterConfigsRequest
        {
            Resources = [new() { ResourceType = Group, ResourceName = "g", Configs = [new() { Name = name, Value = value, ConfigOperation = operation }] }],
        };
        return Assert.Single((await client.AskAsync<IncrementalAlterConfigsResponse>(ApiSchemas.IncrementalAlterConfigs, 1, request, Cancel)).Responses);
    }

    private async Task<DescribeConfigsResponseConfig> DescribeAsync(string name)
    {
        using var client = await WireClient.ConnectAsync(_broker, Cancel);
        var request = new DescribeConfigsRequest { IncludeSynonyms = true, Resources = [new() { ResourceType = Group, ResourceName = "g" }] };
        var response = await client.AskAsync<DescribeConfigsResponse>(ApiSchemas.DescribeConfigs, 4, request, Cancel);
        return Assert.Single(Assert.Single(response.Results).Configs, config => config.Name == name);
    }

    private Task<KafkaBroker> StartAsync() => KafkaBroker.StartAsync(new BrokerOptions { Port = 0, DataDirectory = _directory.Path }, Cancel);
}
