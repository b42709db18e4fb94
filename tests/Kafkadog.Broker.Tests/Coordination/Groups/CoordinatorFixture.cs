using System.Text;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>A coordinator on a log of the test's choice; time moves by hand.</summary>
internal sealed class CoordinatorFixture : IAsyncDisposable
{
    private readonly GroupOptions _options;

    public CoordinatorFixture(IOffsetsLog? log = null, FakeTimeProvider? clock = null, GroupOptions? options = null, MemoryTopics? topics = null)
    {
        Log = log ?? new MemoryOffsetsLog();
        Topics = topics ?? new MemoryTopics();
        _options = options ??= new GroupOptions { InitialRebalanceDelay = TimeSpan.Zero };
        Clock = clock ?? new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        Groups = new GroupCoordinator(
            options, Log, Topics, groupId => ConsumerGroupSettings.Of(GroupConfigs.GetValueOrDefault(groupId) ?? [], options), Clock, NullLogger<GroupCoordinator>.Instance);
        Groups.Start();
    }

    public IOffsetsLog Log { get; }
    public FakeTimeProvider Clock { get; }
    public MemoryTopics Topics { get; }
    public Dictionary<string, Dictionary<string, string>> GroupConfigs { get; } = [];
    public GroupCoordinator Groups { get; }

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static GroupJoin JoinRequest(string memberId = "", string? instance = null, byte[]? metadata = null, bool requireId = false) => new()
    {
        MemberId = memberId,
        InstanceId = instance,
        ClientId = "client",
        ClientHost = "/127.0.0.1",
        SessionTimeoutMs = 10_000,
        RebalanceTimeoutMs = 60_000,
        ProtocolType = "consumer",
        Protocols = [new MemberProtocol("range", metadata ?? Subscription("t"))],
        RequiresKnownMemberId = requireId,
        SupportsSkippingAssignment = true,
    };

    /// <summary>A version 1 subscription to one topic, written by hand.</summary>
    public static byte[] Subscription(string topic) =>
        [0, 1, 0, 0, 0, 1, 0, (byte)topic.Length, .. Encoding.UTF8.GetBytes(topic), 255, 255, 255, 255, 0, 0, 0, 0];

    /// <summary>
    /// Joins and lets time pass until the answer is there: the initial delay ends by a timer. Whoever is alone in a group need not wait for others.
    /// </summary>
    public async Task<JoinGroupResult> JoinAsync(string group, GroupJoin request)
    {
        var joining = Groups.JoinAsync(group, request, Cancelled);
        while (!joining.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.WhenAny(joining, Groups.ListAsync(Cancelled));
        }

        return await joining;
    }

    /// <summary>A stable group of one member.</summary>
    public async Task<JoinGroupResult> StableAsync(string group, string? instance = null, string topic = "t")
    {
        var joined = await JoinAsync(group, JoinRequest(instance: instance, metadata: Subscription(topic)));
        Assert.Equal(ErrorCode.None, joined.Error);
        var synced = await Groups.SyncAsync(group, Sync(joined, instance, "all"), Cancelled);
        Assert.Equal(ErrorCode.None, synced.Error);
        return joined;
    }

    public static GroupSync Sync(JoinGroupResult joined, string? instance, string assignment) => new(
        new MemberIdentity(joined.MemberId, instance), joined.Generation, null, null,
        [new KeyValuePair<string, ReadOnlyMemory<byte>>(joined.MemberId, Encoding.UTF8.GetBytes(assignment))]);

    public Task<OffsetCommitResult> CommitAsync(
        string group, long offset, string member = "", int generation = -1, string topic = "t", int partition = 0, string metadata = "",
        long retentionMs = -1, TransactionalProducer? transaction = null, VerificationGuard? guard = null) => Groups.CommitAsync(
        new GroupCommit
        {
            GroupId = group,
            Member = new MemberIdentity(member),
            Generation = generation,
            RetentionMs = retentionMs,
            Transaction = transaction,
            Guard = guard,
            TellsMissingGroup = true,
            Offsets = [new OffsetToCommit(new TopicPartition(topic, partition), offset, 7, metadata)],
        },
        Cancelled);

    /// <summary>A first heartbeat of the consumer protocol with everything in it, or a later one with only what is new.</summary>
    public Task<ConsumerHeartbeatResult> BeatAsync(
        string group, string memberId, int epoch, string[]? topics = null, string? regex = null, string? instance = null, IEnumerable<TopicIdPartition>? owned = null) =>
        Groups.ConsumerHeartbeatAsync(
            new ConsumerHeartbeat
            {
                GroupId = group,
                MemberId = memberId,
                MemberEpoch = epoch,
                InstanceId = instance,
                ClientId = "client",
                ClientHost = "/127.0.0.1",
                RebalanceTimeoutMs = epoch == 0 ? 60_000 : -1,
                Topics = topics,
                TopicRegex = regex,
                Owned = epoch == 0 ? new HashSet<TopicIdPartition>() : owned?.ToHashSet(),
            },
            Cancelled);

    public async Task<ConsumerGroupDescription> DescribeConsumersAsync(string group) => Assert.Single(await Groups.DescribeConsumersAsync([group], Cancelled));

    /// <summary>What the transaction coordinator asks for when a transaction ends.</summary>
    public Task<ErrorCode> EndTransactionAsync(string group, long producerId, bool committed, short epoch = 3) => Groups.EndTransactionAsync(
        Groups.PartitionOf(group), new(committed ? TransactionMarker.Commit : TransactionMarker.Abort, producerId, epoch, CoordinatorEpoch: 0, TransactionVersion: 0), Cancelled);

    public async Task<FetchedOffset> FetchAsync(string group, string topic = "t", int partition = 0, bool requireStable = false) =>
        Assert.Single((await Groups.FetchAsync(group, [new TopicPartition(topic, partition)], requireStable, OffsetReader.Anybody, Cancelled)).Offsets);

    public async Task<GroupDescription> DescribeAsync(string group) => Assert.Single(await Groups.DescribeAsync([group], Cancelled));

    /// <summary>Lets time pass, and the coordinator notice: it looks at its clock after the requests of a turn.</summary>
    public Task PassAsync(TimeSpan time)
    {
        Clock.Advance(time);
        return Groups.ListAsync(Cancelled);
    }

    /// <summary>Kills the coordinator and starts another on what it left in the log.</summary>
    public async Task<CoordinatorFixture> RestartAsync()
    {
        await Groups.DisposeAsync();
        return new CoordinatorFixture(Log, Clock, _options, Topics);
    }

    public ValueTask DisposeAsync() => Groups.DisposeAsync();
}
