using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Classic groups and their offsets.</summary>
public sealed class GroupDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    private static readonly byte[] s_subscription = Convert.FromHexString("0001" + "00000001" + "0001" + "74" + "FFFFFFFF" + "FFFFFFFF");

    [Theory, Versions("FindCoordinator")]
    public Task Coordinator_is_this_node(short version) => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<FindCoordinatorResponse>(version, Find(version, 0, kafka.Name("group")));
        if (version >= 1)
        {
            await kafka.AskAsync<FindCoordinatorResponse>(version, Find(version, 1, kafka.Name("transaction")));
        }
    });

    [Theory, Versions("FindCoordinator", From = 1)]
    public Task Coordinator_of_an_unknown_kind(short version) => CompareAsync(kafka => kafka.AskAsync<FindCoordinatorResponse>(version, Find(version, 9, "x")));

    [Theory, Versions("FindCoordinator", From = 4)]
    public Task Coordinators_of_many_and_of_none(short version) => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<FindCoordinatorResponse>(version, new FindCoordinatorRequest { CoordinatorKeys = [kafka.Name("a"), kafka.Name("b"), ""] });
        await kafka.AskAsync<FindCoordinatorResponse>(version, new FindCoordinatorRequest { CoordinatorKeys = [] });
    });

    [Theory, Versions("JoinGroup")]
    public Task Member_joins(short version) => CompareAsync(async kafka =>
    {
        var join = Join(kafka.Name("group"));
        var first = await kafka.AskAsync<JoinGroupResponse>(version, join);
        if (first.ErrorCode == ErrorCode.MemberIdRequired)
        {
            join.MemberId = first.MemberId;
            await kafka.AskAsync<JoinGroupResponse>(version, join);
        }
    });

    [Theory, Versions("SyncGroup")]
    public Task Leader_assigns(short version) => CompareAsync(async kafka =>
    {
        var (group, joined) = await JoinedAsync(kafka);
        await kafka.AskAsync<SyncGroupResponse>(version, Sync(group, joined));
        await kafka.AskAsync<SyncGroupResponse>(version, Sync(group, joined));
        var other = Sync(group, joined);
        other.GenerationId++;
        await kafka.AskAsync<SyncGroupResponse>(version, other);
        await kafka.AskAsync<SyncGroupResponse>(version, Sync(kafka.Name("missing"), joined));
    });

    [Fact]
    public Task Assignment_of_another_protocol() => CompareAsync(async kafka =>
    {
        var (group, joined) = await JoinedAsync(kafka);
        var sync = Sync(group, joined);
        sync.ProtocolName = "other";
        await kafka.AskAsync<SyncGroupResponse>(5, sync);
        (sync.ProtocolName, sync.ProtocolType) = ("range", "connect");
        await kafka.AskAsync<SyncGroupResponse>(5, sync);
        (sync.ProtocolName, sync.ProtocolType) = ("range", null);
        await kafka.AskAsync<SyncGroupResponse>(5, sync);
    });

    [Theory, Versions("Heartbeat")]
    public Task Heartbeat_of_a_member_and_of_others(short version) => CompareAsync(async kafka =>
    {
        var (group, joined) = await StableAsync(kafka);
        await kafka.AskAsync<HeartbeatResponse>(version, new HeartbeatRequest { GroupId = group, GenerationId = joined.GenerationId, MemberId = joined.MemberId });
        await kafka.AskAsync<HeartbeatResponse>(version, new HeartbeatRequest { GroupId = group, GenerationId = 99, MemberId = joined.MemberId });
        await kafka.AskAsync<HeartbeatResponse>(version, new HeartbeatRequest { GroupId = group, GenerationId = joined.GenerationId, MemberId = "nobody" });
        await kafka.AskAsync<HeartbeatResponse>(version, new HeartbeatRequest { GroupId = kafka.Name("missing"), GenerationId = 1, MemberId = "nobody" });
        await kafka.AskAsync<HeartbeatResponse>(version, new HeartbeatRequest { GroupId = "", GenerationId = 1, MemberId = "nobody" });
    });

    [Theory, Versions("LeaveGroup")]
    public Task Member_leaves_twice(short version) => CompareAsync(async kafka =>
    {
        var (group, joined) = await StableAsync(kafka);
        await kafka.AskAsync<LeaveGroupResponse>(version, Leave(version, group, joined.MemberId));
        await kafka.AskAsync<LeaveGroupResponse>(version, Leave(version, group, joined.MemberId));
        await kafka.AskAsync<LeaveGroupResponse>(version, Leave(version, kafka.Name("missing"), "nobody"));
    });

    [Theory, Versions("DescribeGroups")]
    public Task Group_is_described(short version) => CompareAsync(async kafka =>
    {
        var (group, _) = await StableAsync(kafka);
        await kafka.AskAsync<DescribeGroupsResponse>(version, new DescribeGroupsRequest { Groups = [group, kafka.Name("missing"), ""], IncludeAuthorizedOperations = version >= 3 }, anyOrder: true);
    });

    [Theory, Versions("ListGroups")]
    public Task Groups_are_listed(short version) => CompareAsync(async kafka =>
    {
        var (group, _) = await StableAsync(kafka);
        await ListedAsync(kafka, version, group, new ListGroupsRequest());
        if (version >= 4)
        {
            await ListedAsync(kafka, version, group, new ListGroupsRequest { StatesFilter = ["stable"] });
            await ListedAsync(kafka, version, group, new ListGroupsRequest { StatesFilter = ["Empty", "Dead"] });
            await ListedAsync(kafka, version, group, new ListGroupsRequest { StatesFilter = ["nonsense"] });
        }

        if (version >= 5)
        {
            await ListedAsync(kafka, version, group, new ListGroupsRequest { TypesFilter = ["Classic"] });
            await ListedAsync(kafka, version, group, new ListGroupsRequest { TypesFilter = ["consumer"] });
            await ListedAsync(kafka, version, group, new ListGroupsRequest { TypesFilter = ["nonsense"] });
        }
    });

    [Theory, Versions("OffsetCommit")]
    public Task Offset_is_committed_by_nobody_in_particular(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var commit = await CommitAsync(kafka, version, kafka.Name("group"), topic);
        await kafka.AskUntilAsync<OffsetCommitResponse>(version, commit, answer => answer.Topics[0].Partitions[0].ErrorCode == ErrorCode.None);
    });

    [Theory, Versions("OffsetCommit")]
    public Task Offset_of_a_partition_that_is_not_there(short version) => CompareAsync(async kafka =>
    {
        var commit = await CommitAsync(kafka, version, kafka.Name("group"), await kafka.CreateTopicAsync());
        commit.Topics[0].Partitions[0].PartitionIndex = 7;
        await kafka.AskAsync<OffsetCommitResponse>(version, commit);
        (commit.Topics[0].Name, commit.Topics[0].TopicId) = version < 10 ? (kafka.Name("missing"), Guid.Empty) : ("", new Guid("00000000-0000-4000-8000-000000000099"));
        await kafka.AskAsync<OffsetCommitResponse>(version, commit);
    });

    [Theory, Versions("OffsetCommit")]
    public Task Offset_is_committed_by_a_member_and_by_others(short version) => CompareAsync(async kafka =>
    {
        var (group, joined) = await StableAsync(kafka);
        var topic = await kafka.CreateTopicAsync();
        var commit = await CommitAsync(kafka, version, group, topic);
        (commit.MemberId, commit.GenerationIdOrMemberEpoch) = (joined.MemberId, joined.GenerationId);
        await kafka.AskUntilAsync<OffsetCommitResponse>(version, commit, answer => answer.Topics[0].Partitions[0].ErrorCode != ErrorCode.UnknownTopicOrPartition);
        commit.GenerationIdOrMemberEpoch = 99;
        await kafka.AskAsync<OffsetCommitResponse>(version, commit);
        (commit.MemberId, commit.GenerationIdOrMemberEpoch) = ("nobody", joined.GenerationId);
        await kafka.AskAsync<OffsetCommitResponse>(version, commit);
        (commit.MemberId, commit.GenerationIdOrMemberEpoch) = ("", -1);
        await kafka.AskAsync<OffsetCommitResponse>(version, commit);
        commit.GroupId = kafka.Name("missing");
        (commit.MemberId, commit.GenerationIdOrMemberEpoch) = ("nobody", 3);
        await kafka.AskAsync<OffsetCommitResponse>(version, commit);
    });

    [Fact]
    public Task Metadata_of_an_offset_is_limited() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var commit = await CommitAsync(kafka, 8, kafka.Name("group"), topic);
        commit.Topics[0].Partitions[0].CommittedMetadata = new string('m', 4097);
        await kafka.AskAsync<OffsetCommitResponse>(8, commit);
        commit.Topics[0].Partitions[0].CommittedMetadata = null;
        await kafka.AskUntilAsync<OffsetCommitResponse>(8, commit, answer => answer.Topics[0].Partitions[0].ErrorCode == ErrorCode.None);
        await kafka.AskAsync<OffsetFetchResponse>(7, new OffsetFetchRequest { GroupId = commit.GroupId, Topics = null });
    });

    [Theory, Versions("OffsetFetch")]
    public Task Offsets_are_fetched(short version) => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync(2));
        await kafka.TellUntilAsync<OffsetCommitResponse>(8, await CommitAsync(kafka, 8, group, topic), answer => answer.Topics[0].Partitions[0].ErrorCode == ErrorCode.None);
        var id = version < 10 ? Guid.Empty : await kafka.TopicIdAsync(topic);
        await kafka.AskAsync<OffsetFetchResponse>(version, Offsets(version, group, topic, id));
        await kafka.AskAsync<OffsetFetchResponse>(version, Offsets(version, kafka.Name("missing"), topic, id));
        if (version >= 2)
        {
            await kafka.AskAsync<OffsetFetchResponse>(version, Offsets(version, group, null, id));
        }
    });

    [Theory, Versions("OffsetFetch")]
    public Task Offsets_of_a_topic_that_is_not_there(short version) => CompareAsync(kafka => kafka.AskAsync<OffsetFetchResponse>(
        version, Offsets(version, kafka.Name("group"), kafka.Name("missing"), version < 10 ? Guid.Empty : new Guid("00000000-0000-4000-8000-000000000099"))));

    [Theory, Versions("OffsetFetch", From = 9)]
    public Task Offsets_are_fetched_by_a_member_that_is_not_there(short version) => CompareAsync(async kafka =>
    {
        var (group, _) = await StableAsync(kafka);
        var request = Offsets(version, group, null, Guid.Empty);
        (request.Groups[0].MemberId, request.Groups[0].MemberEpoch) = ("nobody", 5);
        await kafka.AskAsync<OffsetFetchResponse>(version, request);
    });

    [Fact]
    public Task Offset_is_deleted() => CompareAsync(async kafka =>
    {
        var (group, topic) = (kafka.Name("group"), await kafka.CreateTopicAsync(2));
        await kafka.TellUntilAsync<OffsetCommitResponse>(8, await CommitAsync(kafka, 8, group, topic), answer => answer.Topics[0].Partitions[0].ErrorCode == ErrorCode.None);
        await kafka.AskAsync<OffsetDeleteResponse>(0, Forget(group, topic, 0, 1, 9), anyOrder: true);
        await kafka.AskAsync<OffsetDeleteResponse>(0, Forget(group, kafka.Name("missing"), 0));
        await kafka.AskAsync<OffsetDeleteResponse>(0, Forget(kafka.Name("missing"), topic, 0));
        await kafka.AskAsync<OffsetFetchResponse>(7, new OffsetFetchRequest { GroupId = group, Topics = null });
    });

    [Theory, Versions("DeleteGroups")]
    public Task Group_is_deleted(short version) => CompareAsync(async kafka =>
    {
        var (group, joined) = await StableAsync(kafka);
        await kafka.AskAsync<DeleteGroupsResponse>(version, new DeleteGroupsRequest { GroupsNames = [group, kafka.Name("missing"), ""] }, anyOrder: true);
        await kafka.TellAsync<LeaveGroupResponse>(3, Leave(3, group, joined.MemberId));
        await kafka.AskAsync<DeleteGroupsResponse>(version, new DeleteGroupsRequest { GroupsNames = [group] });
        await kafka.AskAsync<DescribeGroupsResponse>(5, new DescribeGroupsRequest { Groups = [group] });
    });

    [Theory]
    [InlineData(5999, 5)]
    [InlineData(6000, 5)]
    [InlineData(1_800_001, 5)]
    [InlineData(0, 9)]
    public Task Session_timeout_is_checked(int sessionTimeoutMs, short version) => CompareAsync(async kafka =>
    {
        var join = Join(kafka.Name("group"));
        join.SessionTimeoutMs = sessionTimeoutMs;
        await kafka.AskAsync<JoinGroupResponse>(version, join);
    });

    [Theory]
    [InlineData("group id")]
    [InlineData("protocol type")]
    [InlineData("no protocols")]
    [InlineData("unknown member")]
    [InlineData("static member")]
    [InlineData("other protocol type")]
    [InlineData("other protocol")]
    public Task Request_to_join_is_checked(string what) => CompareAsync(async kafka =>
    {
        var join = Join(kafka.Name("group"));
        switch (what)
        {
            case "group id": join.GroupId = ""; break;
            case "protocol type": join.ProtocolType = ""; break;
            case "no protocols": join.Protocols = []; break;
            case "unknown member": join.MemberId = "nobody"; break;
            case "static member": join.GroupInstanceId = "one"; break;
            default:
                join.GroupId = (await StableAsync(kafka)).Group;
                if (what == "other protocol type") join.ProtocolType = "connect";
                else join.Protocols[0].Name = "sticky";
                break;
        }

        await kafka.AskAsync<JoinGroupResponse>(5, join);
    });

    [Fact]
    public Task Static_member_comes_back() => CompareAsync(async kafka =>
    {
        var join = Join(kafka.Name("group"));
        join.GroupInstanceId = "one";
        var first = await kafka.AskAsync<JoinGroupResponse>(7, join);
        var sync = Sync(join.GroupId, first);
        sync.GroupInstanceId = "one";
        await kafka.AskAsync<SyncGroupResponse>(5, sync);
        await kafka.AskAsync<JoinGroupResponse>(9, join);
        await kafka.AskAsync<HeartbeatResponse>(4, new HeartbeatRequest { GroupId = join.GroupId, GenerationId = first.GenerationId, MemberId = first.MemberId, GroupInstanceId = "one" });
        await kafka.AskAsync<LeaveGroupResponse>(5, new LeaveGroupRequest { GroupId = join.GroupId, Members = [new LeaveGroupRequestMember { MemberId = "", GroupInstanceId = "one", Reason = "test" }, new LeaveGroupRequestMember { MemberId = "", GroupInstanceId = "two" }] });
    });

    private static FindCoordinatorRequest Find(short version, sbyte type, string key) =>
        version < 4 ? new() { Key = key, KeyType = type } : new() { CoordinatorKeys = [key], KeyType = type };

    private static JoinGroupRequest Join(string group) => new()
    {
        GroupId = group,
        SessionTimeoutMs = 10_000,
        RebalanceTimeoutMs = 10_000,
        ProtocolType = "consumer",
        Protocols = [new JoinGroupRequestProtocol { Name = "range", Metadata = s_subscription }],
    };

    private static async Task<(string Group, JoinGroupResponse Joined)> JoinedAsync(Conversation kafka)
    {
        var group = kafka.Name("group");
        return (group, await kafka.TellUntilAsync<JoinGroupResponse>(2, Join(group), answer => answer.ErrorCode == ErrorCode.None));
    }

    private static async Task<(string Group, JoinGroupResponse Joined)> StableAsync(Conversation kafka)
    {
        var (group, joined) = await JoinedAsync(kafka);
        await kafka.TellAsync<SyncGroupResponse>(3, Sync(group, joined));
        return (group, joined);
    }

    private static SyncGroupRequest Sync(string group, JoinGroupResponse joined) => new()
    {
        GroupId = group,
        GenerationId = joined.GenerationId,
        MemberId = joined.MemberId,
        ProtocolType = "consumer",
        ProtocolName = "range",
        Assignments = [new SyncGroupRequestAssignment { MemberId = joined.MemberId, Assignment = s_subscription }],
    };

    private static LeaveGroupRequest Leave(short version, string group, string member) => version < 3
        ? new() { GroupId = group, MemberId = member }
        : new() { GroupId = group, Members = [new LeaveGroupRequestMember { MemberId = member }] };

    private static async Task ListedAsync(Conversation kafka, short version, string group, ListGroupsRequest request)
    {
        var answer = await kafka.TellAsync<ListGroupsResponse>(version, request);
        kafka.Note("error", answer.ErrorCode);
        kafka.Note("own group", answer.Groups.Find(one => one.GroupId == group));
    }

    private static async Task<OffsetCommitRequest> CommitAsync(Conversation kafka, short version, string group, string topic) => new()
    {
        GroupId = group,
        GenerationIdOrMemberEpoch = -1,
        Topics =
        [
            new OffsetCommitRequestTopic
            {
                Name = version < 10 ? topic : "",
                TopicId = version < 10 ? Guid.Empty : await kafka.TopicIdAsync(topic),
                Partitions = [new OffsetCommitRequestPartition { CommittedOffset = 42, CommittedMetadata = "note" }],
            },
        ],
    };

    private static OffsetFetchRequest Offsets(short version, string group, string? topic, Guid id) => version < 8
        ? new() { GroupId = group, Topics = topic is null ? null : [new OffsetFetchRequestTopic { Name = topic, PartitionIndexes = [0, 1, 7] }] }
        : new()
        {
            Groups =
            [
                new OffsetFetchRequestGroup
                {
                    GroupId = group,
                    Topics = topic is null ? null : [new OffsetFetchRequestGroupTopic { Name = version < 10 ? topic : "", TopicId = id, PartitionIndexes = [0, 1, 7] }],
                },
            ],
        };

    private static OffsetDeleteRequest Forget(string group, string topic, params int[] partitions) => new()
    {
        GroupId = group,
        Topics = [new OffsetDeleteRequestTopic { Name = topic, Partitions = [.. partitions.Select(one => new OffsetDeleteRequestPartition { PartitionIndex = one })] }],
    };
}
