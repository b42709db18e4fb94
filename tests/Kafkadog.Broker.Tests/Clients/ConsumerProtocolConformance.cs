using Confluent.Kafka;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;
using ErrorCode = Kafkadog.Broker.Protocol.ErrorCode;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>
/// Real clients with <c>group.protocol=consumer</c> (KIP-848). They learn of each other at their heartbeats, every five seconds by default:
/// groups of these tests are set to beat quickly, and with Apache Kafka a few run each time, all of them at night.
/// </summary>
public abstract class ConsumerProtocolConformance(KafkaTarget target)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected KafkaTarget Target => target;

    [Theory]
    [InlineData("group-848-uniform")]
    [InlineData("group-848-range")]
    public async Task Franz_go_scenario(string name)
    {
        var probe = SharedFolder.Require(Path.Combine("clients", "bin", "franz-go-probe"));
        await StartAsync();
        var output = await ClientProcess.RunAsync(probe, "", "--bootstrap", target.Servers, name);
        Assert.Contains("1 passed, 0 failed", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("uniform", null)]
    [InlineData("range", null)]
    [InlineData(null, "^consumer-protocol-shared.*")]
    public async Task Confluent_members_share_partitions_and_the_one_that_stays_takes_over(string? assignor, string? expression)
    {
        const int Partitions = 4, Records = 40;
        await StartAsync();
        var topic = $"consumer-protocol-shared-{Guid.NewGuid():N}";
        await CreateAsync(topic, Partitions);
        await ProduceAsync(topic, Partitions, Records);
        var group = $"group-{topic}";
        await BeatQuicklyAsync(group);
        var subscription = expression is null ? topic : $"^{topic}$";
        using var first = Member(group, assignor);
        using var second = Member(group, assignor);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        first.Subscribe(subscription);
        await UntilAsync(() => first.Assignment.Count == Partitions, first);
        second.Subscribe(subscription);
        await UntilAsync(() => first.Assignment.Count == Partitions / 2 && second.Assignment.Count == Partitions / 2, first, second);
        Assert.Empty(first.Assignment.Intersect(second.Assignment));

        second.Close();
        await UntilAsync(() => first.Assignment.Count == Partitions && seen.Count == Records, first);
        first.Close();

        async Task UntilAsync(Func<bool> condition, params IConsumer<Null, string>[] members)
        {
            using var patience = new CancellationTokenSource(KafkaTarget.Patience);
            while (!condition())
            {
                Assert.False(patience.IsCancellationRequested, $"assigned {string.Join(" and ", members.Select(m => m.Assignment.Count))}, seen {seen.Count}");
                foreach (var member in members)
                {
                    if (await Task.Run(() => member.Consume(TimeSpan.FromMilliseconds(50)), Cancel) is { Message.Value: { } value })
                    {
                        seen.Add(value);
                        member.Commit();
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Group_commits_hands_over_and_a_restarted_member_goes_on_where_it_was()
    {
        const int Partitions = 4, Records = 40, Later = 8;
        await target.StartAsync();
        var topic = $"consumer-protocol-commits-{Guid.NewGuid():N}";
        var group = $"group-{topic}";
        await BeatQuicklyAsync(group);
        await CreateAsync(topic, Partitions);
        await ProduceAsync(topic, Partitions, Records);
        using var stays = Member(group, null);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        stays.Subscribe(topic);
        await UntilAsync(() => stays.Assignment.Count == Partitions && counts.Count == Records, stays);
        using (var comes = Member(group, null))
        {
            comes.Subscribe(topic);
            await UntilAsync(() => stays.Assignment.Count == Partitions / 2 && comes.Assignment.Count == Partitions / 2, stays, comes);
            await ProduceAsync(topic, Partitions, Later, "shared");
            await UntilAsync(() => counts.Count == Records + Later, stays, comes);
            comes.Close();
        }

        await ProduceAsync(topic, Partitions, Later, "taken-over");
        await UntilAsync(() => stays.Assignment.Count == Partitions && counts.Count == Records + (2 * Later), stays);
        stays.Close();
        await ProduceAsync(topic, Partitions, Later, "restarted");
        using var restarted = Member(group, null);
        restarted.Subscribe(topic);
        await UntilAsync(() => counts.Count == Records + (3 * Later), restarted);
        var committed = restarted.Committed([.. Enumerable.Range(0, Partitions).Select(at => new TopicPartition(topic, at))], KafkaTarget.Patience);
        restarted.Close();

        // What was committed before a handover is not read again.
        Assert.All(counts, record => Assert.Equal(1, record.Value));
        Assert.Equal(Records + (3 * Later), committed.Sum(one => one.Offset.Value));

        async Task UntilAsync(Func<bool> condition, params IConsumer<Null, string>[] members)
        {
            using var patience = new CancellationTokenSource(KafkaTarget.Patience);
            while (!condition())
            {
                Assert.False(patience.IsCancellationRequested, $"assigned {string.Join(" and ", members.Select(m => m.Assignment.Count))}, seen {counts.Count}");
                foreach (var member in members)
                {
                    if (await Task.Run(() => member.Consume(TimeSpan.FromMilliseconds(50)), Cancel) is { Message.Value: { } value } record)
                    {
                        counts[value] = counts.GetValueOrDefault(value) + 1;
                        member.Commit(record);
                    }
                }
            }
        }
    }

    [Fact]
    public async Task Members_of_both_protocols_share_a_group_and_the_classic_one_goes_on_alone()
    {
        const int Partitions = 4;
        await StartAsync();
        var topic = $"consumer-protocol-mixed-{Guid.NewGuid():N}";
        await CreateAsync(topic, Partitions);
        var group = $"group-{topic}";
        await BeatQuicklyAsync(group);
        using var classic = new ConsumerBuilder<Null, string>(new ConsumerConfig
        {
            BootstrapServers = target.Servers,
            GroupId = group,
            PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
            HeartbeatIntervalMs = 200,
        }).Build();
        using var consumer = Member(group, null);
        classic.Subscribe(topic);
        await UntilAsync(() => classic.Assignment.Count == Partitions, classic);
        consumer.Subscribe(topic);
        await UntilAsync(() => classic.Assignment.Count == Partitions / 2 && consumer.Assignment.Count == Partitions / 2, classic, consumer);
        consumer.Close();
        await UntilAsync(() => classic.Assignment.Count == Partitions, classic);
        classic.Close();

        static async Task UntilAsync(Func<bool> condition, params IConsumer<Null, string>[] members)
        {
            using var patience = new CancellationTokenSource(KafkaTarget.Patience);
            while (!condition())
            {
                Assert.False(patience.IsCancellationRequested, $"assigned {string.Join(" and ", members.Select(m => m.Assignment.Count))}");
                foreach (var member in members) await Task.Run(() => member.Consume(TimeSpan.FromMilliseconds(50)), Cancel);
            }
        }
    }

    [Fact]
    public async Task Static_member_comes_back_to_its_partitions_without_an_assignment_of_others()
    {
        await target.StartAsync();
        var topic = $"consumer-protocol-static-{Guid.NewGuid():N}";
        await CreateAsync(topic, 2);
        await BeatQuicklyAsync($"group-{topic}");
        for (var round = 0; round < 2; round++)
        {
            using var member = Member($"group-{topic}", null, instance: "worker-1");
            member.Subscribe(topic);
            using var patience = new CancellationTokenSource(KafkaTarget.Patience);
            while (member.Assignment.Count < 2)
            {
                Assert.False(patience.IsCancellationRequested);
                member.Consume(TimeSpan.FromMilliseconds(50));
            }

            member.Close();
        }
    }

    /// <summary>For tests that run on Apache Kafka at night only.</summary>
    protected virtual Task StartAsync() => target.StartAsync();

    /// <summary>Sets a group to beat and assign often. A broker that was started by somebody else may not allow it, and the test takes its time.</summary>
    protected async Task BeatQuicklyAsync(string group)
    {
        const sbyte GroupResource = 32;
        using var client = await WireClient.ConnectAsync(target.Port, Cancel);
        await client.AskAsync<IncrementalAlterConfigsResponse>(ApiSchemas.IncrementalAlterConfigs, 1, new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new()
                {
                    ResourceType = GroupResource,
                    ResourceName = group,
                    Configs = [new() { Name = "consumer.heartbeat.interval.ms", Value = "200" }, new() { Name = "consumer.assignment.interval.ms", Value = "100" }],
                },
            ],
        }, Cancel);
    }

    protected IConsumer<Null, string> Member(string group, string? assignor, string? instance = null) => new ConsumerBuilder<Null, string>(new ConsumerConfig
    {
        BootstrapServers = target.Servers,
        GroupId = group,
        GroupProtocol = GroupProtocol.Consumer,
        GroupRemoteAssignor = assignor,
        GroupInstanceId = instance,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoCommit = false,
        TopicMetadataRefreshIntervalMs = 500,
    }).Build();

    protected async Task CreateAsync(string topic, int partitions)
    {
        using var client = await WireClient.ConnectAsync(target.Port, Cancel);
        await client.CreateAsync(topic, partitions, Cancel);

        // Apache Kafka answers a moment before its broker knows the topic, and a member that asks meanwhile reports an error.
        var request = new MetadataRequest { Topics = [new MetadataRequestTopic { Name = topic }], AllowAutoTopicCreation = false };
        await Eventually.UntilAsync(
            answer => answer.Topics.TrueForAll(one => one.ErrorCode is ErrorCode.None && one.Partitions.TrueForAll(partition => partition.ErrorCode is ErrorCode.None)),
            () => client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, request, Cancel));
    }

    protected async Task ProduceAsync(string topic, int partitions, int records, string name = "value")
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = target.Servers, LingerMs = 0 }).Build();
        await Task.WhenAll(Enumerable.Range(0, records).Select(i =>
            producer.ProduceAsync(new TopicPartition(topic, i % partitions), new Message<Null, string> { Value = $"{name}-{i}" }, Cancel)));
    }
}

/// <summary>This project's broker, which tells members to call often.</summary>
public sealed class QuickHeartbeatsTarget : KafkaTarget, IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("kafkadog-consumer-protocol-");
    private KafkaBroker? _broker;
    private int _port;

    public override string Servers => _broker!.BootstrapServers;

    public ValueTask InitializeAsync() => OpenAsync();

    public override Task StartAsync() => Task.CompletedTask;

    /// <summary>Another broker on the same port and the same data.</summary>
    public async Task RestartAsync()
    {
        await _broker!.DisposeAsync();
        await OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async ValueTask OpenAsync()
    {
        _broker = await KafkaBroker.StartAsync(
            new BrokerOptions
            {
                Port = _port,
                DataDirectory = _data.FullName,
                Configs = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["group.consumer.heartbeat.interval.ms"] = "200",
                    ["group.consumer.min.heartbeat.interval.ms"] = "100",
                    ["group.consumer.assignment.interval.ms"] = "100",
                },
            },
            TestContext.Current.CancellationToken);
        _port = _broker.Port;
    }
}

public sealed class ConsumerProtocolOnKafkadogTests(QuickHeartbeatsTarget target) : ConsumerProtocolConformance(target), IClassFixture<QuickHeartbeatsTarget>
{
    private readonly QuickHeartbeatsTarget _target = target;

    [Fact]
    public async Task Members_live_through_a_restart_of_the_broker_and_go_on_where_they_were()
    {
        const string Topic = "consumer-protocol-restart";
        await CreateAsync(Topic, 2);
        await ProduceAsync(Topic, 2, 10);
        using var member = Member("restarted", null);
        member.Subscribe(Topic);
        var seen = new List<string>();
        Until(10);
        member.Commit();
        var assignedBefore = member.Assignment.Count;

        await _target.RestartAsync();
        await ProduceAsync(Topic, 2, 10);
        Until(20);
        member.Commit();
        Assert.Equal((2, 2), (assignedBefore, member.Assignment.Count));
        Assert.Equal(20, member.Committed(member.Assignment, KafkaTarget.Patience).Sum(offset => offset.Offset.Value));
        member.Close();

        void Until(int count)
        {
            using var patience = new CancellationTokenSource(KafkaTarget.Patience);
            while (seen.Count < count)
            {
                Assert.False(patience.IsCancellationRequested, $"seen {seen.Count} of {count}");
                if (member.Consume(TimeSpan.FromMilliseconds(50)) is { } record) seen.Add(record.Message.Value);
            }
        }
    }
}

public sealed class ConsumerProtocolOnApacheKafkaTests(ApacheKafka target) : ConsumerProtocolConformance(target)
{
    protected override Task StartAsync()
    {
        Assert.SkipUnless(Nightly.IsOn, "Runs with KAFKADOG_NIGHTLY=1.");
        return base.StartAsync();
    }
}
