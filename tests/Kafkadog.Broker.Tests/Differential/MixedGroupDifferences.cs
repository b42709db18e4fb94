using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Groups that are asked for by the requests of the other kind.</summary>
public sealed class MixedGroupDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Fact]
    public Task Requests_of_classic_members_in_a_consumer_group() => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        var epoch = (await group.AskAsync(group.Join("m", await group.TopicAsync()))).MemberEpoch;
        await kafka.AskAsync<HeartbeatResponse>(4, new HeartbeatRequest { GroupId = group.GroupId, MemberId = "m", GenerationId = epoch });
        await kafka.AskAsync<HeartbeatResponse>(4, new HeartbeatRequest { GroupId = group.GroupId, MemberId = "stranger", GenerationId = epoch });
        await kafka.AskAsync<SyncGroupResponse>(5, new SyncGroupRequest { GroupId = group.GroupId, MemberId = "m", GenerationId = epoch, ProtocolType = "consumer", ProtocolName = "range" });
        await kafka.AskAsync<SyncGroupResponse>(5, new SyncGroupRequest { GroupId = group.GroupId, MemberId = "stranger", GenerationId = epoch });
        await kafka.AskAsync<LeaveGroupResponse>(5, new LeaveGroupRequest { GroupId = group.GroupId, Members = [new() { MemberId = "m" }, new() { MemberId = "stranger" }, new() { MemberId = "", GroupInstanceId = "i" }] });
        await group.DescribeAsync();
    });

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public Task Consumer_group_is_described_as_a_classic_one(short version) => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        await group.AskAsync(group.Join("m", await group.TopicAsync()));
        await kafka.AskAsync<DescribeGroupsResponse>(version, new DescribeGroupsRequest { Groups = [group.GroupId] });
    });

    [Theory, Versions("ListGroups", From = 4)]
    public Task Consumer_group_is_listed(short version) => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        await group.AskAsync(group.Join("m", await group.TopicAsync()));
        foreach (var request in (ListGroupsRequest[])[new(), new() { StatesFilter = ["Stable"] }, new() { StatesFilter = ["reconciling", "Assigning"] }, new() { StatesFilter = ["Empty"] }])
        {
            await ListAsync(request);
        }

        foreach (var type in version < 5 ? [] : (string[])["consumer", "Consumer", "classic", "share", "streams"])
        {
            await ListAsync(new ListGroupsRequest { TypesFilter = [type] });
        }

        async Task ListAsync(ListGroupsRequest request)
        {
            var answer = await kafka.TellAsync<ListGroupsResponse>(version, request);
            kafka.Note("error", answer.ErrorCode);
            kafka.Note("own group", answer.Groups.Find(one => one.GroupId == group.GroupId));
        }
    });

    [Fact]
    public Task Consumer_group_and_its_offsets_are_deleted() => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        var topic = await group.TopicAsync();
        var epoch = (await group.AskAsync(group.Join("m", topic))).MemberEpoch;
        await kafka.AskAsync<OffsetCommitResponse>(9, await group.CommitAsync(9, topic, "m", epoch));
        await kafka.AskAsync<DeleteGroupsResponse>(2, new DeleteGroupsRequest { GroupsNames = [group.GroupId] });
        await kafka.AskAsync<OffsetDeleteResponse>(0, Forget(group.GroupId, topic));
        await group.AskAsync(group.Beat("m", -1));
        await kafka.AskAsync<OffsetDeleteResponse>(0, Forget(group.GroupId, topic));
        await group.FetchAsync(9, "", -1);
        await kafka.AskAsync<DeleteGroupsResponse>(2, new DeleteGroupsRequest { GroupsNames = [group.GroupId] });
        await group.DescribeAsync();
        await group.ListAsync();
    });

    [Fact]
    public Task Group_that_has_offsets_only_becomes_a_consumer_group() => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        var topic = await group.TopicAsync();
        await kafka.AskUntilAsync<OffsetCommitResponse>(8, await group.CommitAsync(8, topic, "", -1), answer => answer.Topics[0].Partitions[0].ErrorCode == ErrorCode.None);
        await group.ListAsync();
        await group.DescribeAsync();
        var joined = await group.AskAsync(group.Join("m", topic));
        await group.FetchAsync(9, "m", joined.MemberEpoch);
        await group.ListAsync();
    });

    [Fact]
    public Task Empty_consumer_group_becomes_a_classic_one() => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        await group.AskAsync(group.Join("m", await group.TopicAsync()));
        await group.AskAsync(group.Beat("m", -1));
        await JoinClassicAsync(kafka, group.GroupId);
        await group.ListAsync();
        await group.DescribeAsync();
    });

    [Fact]
    public Task Classic_group_that_cannot_become_a_consumer_group() => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        var joined = await JoinClassicAsync(kafka, group.GroupId, "connect");
        await kafka.AskAsync<SyncGroupResponse>(5, new SyncGroupRequest
        {
            GroupId = group.GroupId, MemberId = joined.MemberId, GenerationId = joined.GenerationId, ProtocolType = "connect", ProtocolName = "range", Assignments = [new() { MemberId = joined.MemberId }],
        });
        await group.AskAsync(group.Join("m", kafka.Name("t")));
        await group.AskAsync(group.Beat("m", 3));
        await group.AskAsync(group.Beat("m", -1));
        await group.DescribeAsync();
    });

    [Fact]
    public Task Classic_member_with_another_protocol_type_in_a_consumer_group() => CompareAsync(async kafka =>
    {
        var group = new ConsumerGroupSteps(kafka, kafka.Name("group"));
        await group.AskAsync(group.Join("m", await group.TopicAsync()));
        await kafka.AskAsync<JoinGroupResponse>(9, Classic(group.GroupId, "connect", [1]));
        await kafka.AskAsync<JoinGroupResponse>(9, Classic(group.GroupId, "consumer", [1]));
    });

    private static async Task<JoinGroupResponse> JoinClassicAsync(Conversation kafka, string group, string protocolType = "consumer")
    {
        var join = Classic(group, protocolType, Convert.FromHexString("0001" + "00000001" + "0001" + "74" + "FFFFFFFF" + "FFFFFFFF"));
        var first = await kafka.AskAsync<JoinGroupResponse>(9, join);
        join.MemberId = first.MemberId;
        return await kafka.AskAsync<JoinGroupResponse>(9, join);
    }

    private static JoinGroupRequest Classic(string group, string protocolType, byte[] metadata) => new()
    {
        GroupId = group,
        SessionTimeoutMs = 10_000,
        RebalanceTimeoutMs = 10_000,
        ProtocolType = protocolType,
        Protocols = [new JoinGroupRequestProtocol { Name = "range", Metadata = metadata }],
    };

    private static OffsetDeleteRequest Forget(string group, string topic) => new() { GroupId = group, Topics = [new() { Name = topic, Partitions = [new()] }] };
}
