using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>The groups as the most used .NET client sees them.</summary>
public sealed class ConfluentGroupTests : IAsyncLifetime
{
    private const int Partitions = 4, Messages = 40;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _topic = "orders";
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("kafkadog-groups-");
    private KafkaBroker? _broker;

    public async ValueTask InitializeAsync()
    {
        _broker = await StartAsync();
        using var admin = Admin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = _topic, NumPartitions = Partitions }]);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        for (var i = 0; i < Messages; i++)
        {
            producer.Produce(new TopicPartition(_topic, i % Partitions), new Message<Null, string> { Value = $"m{i}" });
        }

        Assert.Equal(0, producer.Flush(s_patience));
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _data.Delete(recursive: true);
    }

    [Theory]
    [InlineData(PartitionAssignmentStrategy.Range)]
    [InlineData(PartitionAssignmentStrategy.RoundRobin)]
    [InlineData(PartitionAssignmentStrategy.CooperativeSticky)]
    public void Two_members_share_the_partitions_and_one_takes_over_when_the_other_leaves(PartitionAssignmentStrategy strategy)
    {
        using var one = Consumer("g", strategy);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        PollUntil(() => seen.Count == Messages, seen, one);
        using (var two = Consumer("g", strategy))
        {
            PollUntil(() => one.Assignment.Count == 2 && two.Assignment.Count == 2, seen, one, two);
            Assert.Equal(Partitions, one.Assignment.Concat(two.Assignment).Distinct().Count());
            two.Close();
        }

        PollUntil(() => one.Assignment.Count == Partitions, seen, one);
        one.Close();
    }

    [Fact]
    public async Task Committed_position_is_resumed_after_a_restart_of_the_broker()
    {
        using (var first = Consumer("g"))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            PollUntil(() => seen.Count == Messages, seen, first);
            first.Commit();
            first.Close();
        }

        await _broker!.DisposeAsync();
        _broker = await StartAsync();
        using var second = Consumer("g");
        var again = new HashSet<string>(StringComparer.Ordinal);
        PollUntil(() => second.Assignment.Count == Partitions, again, second);
        Assert.All(second.Committed(s_patience), offset => Assert.Equal(Messages / Partitions, offset.Offset.Value));
        Assert.Empty(again);
        second.Close();
    }

    [Fact]
    public void Restarted_static_member_gets_its_partitions_back_without_a_rebalance()
    {
        var revoked = 0;
        using var stays = Consumer("g", instance: "a", onRevoked: () => revoked++);
        var second = Consumer("g", instance: "b");
        PollUntil(() => stays.Assignment.Count == 2 && second.Assignment.Count == 2, null, stays, second);
        var (before, rebalances) = (second.Assignment.ToHashSet(), revoked);

        // A static member does not leave when it closes: its place waits until its session ends.
        second.Close();
        second.Dispose();
        using var back = Consumer("g", instance: "b");
        PollUntil(() => back.Assignment.Count == 2, null, stays, back);
        Assert.Equal(before, back.Assignment.ToHashSet());
        Assert.Equal(rebalances, revoked);
        back.Close();
        stays.Close();
    }

    [Fact]
    public async Task Administrator_resets_offsets_of_an_empty_group_only()
    {
        using var admin = Admin();
        TopicPartitionOffset[] reset = [new(_topic, 0, 3)];
        using (var member = Consumer("g"))
        {
            PollUntil(() => member.Assignment.Count == Partitions, null, member);
            var refused = await Assert.ThrowsAsync<AlterConsumerGroupOffsetsException>(() => admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets("g", [.. reset])]));
            Assert.Equal(ErrorCode.UnknownMemberId, refused.Results[0].Partitions[0].Error.Code);
            var kept = await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync(["g"]));
            Assert.Equal(ErrorCode.NonEmptyGroup, kept.Results[0].Error.Code);
            var described = await admin.DescribeConsumerGroupsAsync(["g"]);
            Assert.Equal((ConsumerGroupState.Stable, 1), (described.ConsumerGroupDescriptions[0].State, described.ConsumerGroupDescriptions[0].Members.Count));
            member.Close();
        }

        await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets("g", [.. reset])]);
        var offsets = await admin.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions("g", [new TopicPartition(_topic, 0)])]);
        Assert.Equal(3, offsets[0].Partitions[0].Offset.Value);
        await admin.DeleteGroupsAsync(["g"]);
        Assert.DoesNotContain("g", (await admin.ListConsumerGroupsAsync()).Valid.Select(g => g.GroupId));
    }

    private Task<KafkaBroker> StartAsync() => KafkaBroker.StartAsync(
        new BrokerOptions { Port = 0, DataDirectory = _data.FullName, OffsetsTopicPartitions = 3 }, TestContext.Current.CancellationToken);

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker!.BootstrapServers }).Build();

    private IConsumer<Ignore, string> Consumer(
        string group, PartitionAssignmentStrategy strategy = PartitionAssignmentStrategy.Range, string? instance = null, Action? onRevoked = null)
    {
        var builder = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = _broker!.BootstrapServers,
            GroupId = group,
            GroupInstanceId = instance,
            PartitionAssignmentStrategy = strategy,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoCommit = false,
            SessionTimeoutMs = 20_000,
            HeartbeatIntervalMs = 100,
        });
        if (onRevoked is not null) builder.SetPartitionsRevokedHandler((_, _) => onRevoked());
        var consumer = builder.Build();
        consumer.Subscribe(_topic);
        return consumer;
    }

    private static void PollUntil(Func<bool> reached, HashSet<string>? seen, params IConsumer<Ignore, string>[] consumers)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < s_patience, "The group did not get there in time.");
            foreach (var consumer in consumers)
            {
                if (consumer.Consume(TimeSpan.FromMilliseconds(20)) is { Message.Value: { } value }) seen?.Add(value);
            }
        }
    }
}
