using System.Globalization;
using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Tests.Coordination.Groups.Consumer;

/// <summary>Drives a consumer group by hand: time moves only when the test says so, and every record it wrote can be looked at.</summary>
internal sealed class ConsumerGroupFixture
{
    public const int SessionMs = 45_000, HeartbeatMs = 5_000, RebalanceMs = 60_000;

    private readonly GroupEffects _effects = new();
    private long _now = 1_000_000;
    private int _uuids;

    public ConsumerGroupFixture(int assignmentIntervalMs = 0, int maxSize = 1000)
    {
        Settings = new ConsumerGroupSettings(SessionMs, HeartbeatMs, assignmentIntervalMs);
        Group = new ConsumerGroup("g", new ConsumerGroupEnvironment(
            new GroupOptions { ConsumerMaxSize = maxSize }, Topics, _ => Settings, () => (++_uuids).ToString(CultureInfo.InvariantCulture)));
    }

    public MemoryTopics Topics { get; } = new();
    public ConsumerGroup Group { get; }
    public ConsumerGroupSettings Settings { get; set; }
    public List<OffsetsRecord> Records { get; } = [];

    public GroupTime Now => new(_now, _now + 1_000_000_000);

    /// <summary>A first heartbeat, with everything in it.</summary>
    public ConsumerHeartbeatResult Join(
        string memberId, string[]? topics = null, string? regex = null, string? instance = null, string? assignor = null, int rebalanceMs = RebalanceMs) => Send(new ConsumerHeartbeat
    {
        GroupId = "g",
        MemberId = memberId,
        MemberEpoch = 0,
        InstanceId = instance,
        ClientId = "client",
        ClientHost = "/127.0.0.1",
        RebalanceTimeoutMs = rebalanceMs,
        Topics = topics ?? (regex is null ? ["t"] : null),
        TopicRegex = regex,
        ServerAssignor = assignor,
        Owned = new HashSet<TopicIdPartition>(),
    });

    /// <summary>A later heartbeat: only what is new.</summary>
    public ConsumerHeartbeatResult Beat(
        string memberId, int epoch, IEnumerable<TopicIdPartition>? owned = null, string[]? topics = null, string? regex = null, string? instance = null, int rebalanceMs = -1) => Send(new ConsumerHeartbeat
    {
        GroupId = "g",
        MemberId = memberId,
        MemberEpoch = epoch,
        InstanceId = instance,
        ClientId = "client",
        ClientHost = "/127.0.0.1",
        RebalanceTimeoutMs = rebalanceMs,
        Topics = topics,
        TopicRegex = regex,
        Owned = owned?.ToHashSet(),
    });

    public ConsumerHeartbeatResult Leave(string memberId, int epoch = -1, string? instance = null)
    {
        var result = Group.Leave(new ConsumerHeartbeat { GroupId = "g", MemberId = memberId, MemberEpoch = epoch, InstanceId = instance }, _effects);
        Finish();
        return result;
    }

    public ErrorCode Commit(string memberId, int epoch, int partition = 0, bool knowsEpochs = true)
    {
        var request = new GroupCommit { GroupId = "g", Member = new MemberIdentity(memberId), Generation = epoch, TellsMissingGroup = knowsEpochs, Offsets = [] };
        return Group.ValidateCommit(request, Now) is not ErrorCode.None and var error ? error : Group.ValidateCommit(request, new Kafkadog.Broker.Storage.TopicPartition("t", partition));
    }

    /// <summary>Lets time pass and wakes the group whenever it asked for it.</summary>
    public void Pass(int milliseconds)
    {
        var end = _now + milliseconds;
        while (Group.NextDeadline <= end)
        {
            _now = Math.Max(_now, Group.NextDeadline);
            Group.Expire(Now, _effects);
            Finish();
        }

        _now = end;
    }

    public ConsumerMember Member(string memberId) => Group.Members.Single(m => m.MemberId == memberId);

    public static int[] Numbers(ConsumerHeartbeatResult result) => [.. result.Assignment!.Select(p => p.Partition)];

    private ConsumerHeartbeatResult Send(ConsumerHeartbeat request)
    {
        var result = Group.Heartbeat(request, Now, _effects);
        Finish();
        return result;
    }

    private void Finish()
    {
        Records.AddRange(_effects.Records);
        _effects.Clear();
    }
}
