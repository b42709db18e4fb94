using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Members of consumer groups (KIP-848): they join, beat, share, and leave, and are refused.</summary>
public sealed class ConsumerGroupDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("ConsumerGroupHeartbeat")]
    public Task Member_joins_beats_and_leaves(short version) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync(3);
        var joined = await group.AskAsync(group.Join("m", topic), version);
        await group.AskAsync(group.Beat("m", joined.MemberEpoch), version);
        await group.AskAsync(group.Owning("m", joined.MemberEpoch, joined.Assignment!), version);
        await group.DescribeAsync();
        await group.ListAsync();
        await group.AskAsync(group.Beat("m", -1), version);
        await group.AskAsync(group.Beat("m", -1), version);
        await group.DescribeAsync();
        await group.ListAsync();
    });

    [Fact]
    public Task Member_without_an_id_gets_one_in_the_first_version() => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync();
        var joined = await group.AskAsync(group.Join("", topic), 0);
        await group.AskAsync(group.Beat(joined.MemberId!, joined.MemberEpoch), 0);
        await group.AskAsync(group.Join("", topic), 1);
    });

    [Theory, Versions("ConsumerGroupDescribe")]
    public Task Groups_are_described(short version) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync(2);
        var join = group.Join("m", topic, kafka.Name("missing"));
        (join.InstanceId, join.RackId, join.ServerAssignor) = ("i", "r", "range");
        await group.AskAsync(join);
        await group.DescribeAsync(version, kafka.Name("missing"), "");
    });

    [Theory]
    [InlineData("no member id")]
    [InlineData("no group id")]
    [InlineData("empty instance id")]
    [InlineData("empty rack id")]
    [InlineData("no rebalance timeout")]
    [InlineData("rebalance timeout 0")]
    [InlineData("rebalance timeout -5")]
    [InlineData("owns null")]
    [InlineData("owns something")]
    [InlineData("subscribes to null")]
    [InlineData("subscribes to nothing")]
    [InlineData("subscribes twice")]
    [InlineData("subscribes to an illegal name")]
    [InlineData("epoch -2 without instance id")]
    [InlineData("epoch -3")]
    [InlineData("unknown assignor")]
    [InlineData("empty assignor")]
    [InlineData("epoch 1 of no group")]
    [InlineData("leaves no group")]
    [InlineData("leaves no group for a while")]
    public Task First_request_is_checked(string what) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        foreach (short version in (short[])[0, 1])
        {
            await group.AskAsync(Change(group.Join("m", kafka.Name("t")), what), version);
        }
    });

    [Theory]
    [InlineData("a(")]
    [InlineData("(?=a)")]
    [InlineData("[")]
    [InlineData("*")]
    [InlineData("a{2,1}")]
    [InlineData(@"\1")]
    [InlineData("")]
    [InlineData("a{1001}")]
    [InlineData("(?P<name>a)")]
    [InlineData("(?i)A")]
    public Task Regular_expression_is_checked(string expression) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var join = group.Join("m");
        (join.SubscribedTopicNames, join.SubscribedTopicRegex) = (null, expression);
        await group.AskAsync(join);
    });

    [Fact]
    public Task Member_subscribes_by_a_regular_expression() => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        await group.TopicAsync(2, "one");
        await group.TopicAsync(1, "two");
        var join = group.Join("m");
        (join.SubscribedTopicNames, join.SubscribedTopicRegex) = (null, kafka.Name("o") + ".*");
        var joined = await group.AskAsync(join);
        if (ConsumerGroupSteps.Assigned(joined) != 2)
        {
            joined = await kafka.TellUntilAsync<ConsumerGroupHeartbeatResponse>(1, join, answer => ConsumerGroupSteps.Assigned(answer) == 2);
        }

        kafka.Note("assigned", joined.Assignment, anyOrder: true);
        var described = await kafka.TellAsync<ConsumerGroupDescribeResponse>(1, new ConsumerGroupDescribeRequest { GroupIds = [group.GroupId] });
        kafka.Note("state", described.Groups[0].GroupState);
        kafka.Note("names", described.Groups[0].Members[0].SubscribedTopicNames);
        kafka.Note("expression", described.Groups[0].Members[0].SubscribedTopicRegex);
        kafka.Note("target", described.Groups[0].Members[0].TargetAssignment, anyOrder: true);
    }, Known.RegexAtOnce);

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(-5)]
    public Task Epoch_that_is_not_the_members(int ahead) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var joined = await group.AskAsync(group.Join("m", await group.TopicAsync()));
        await group.AskAsync(group.Beat("m", joined.MemberEpoch + ahead));
        await group.AskAsync(group.Owning("m", joined.MemberEpoch + ahead, joined.Assignment!));
        await group.AskAsync(group.Beat("stranger", joined.MemberEpoch));
        await group.AskAsync(group.Beat("stranger", -1));
    });

    [Fact]
    public Task Epoch_before_the_members() => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync();
        var joined = await group.AskAsync(group.Join("m", topic));
        var change = group.Beat("m", joined.MemberEpoch);
        change.SubscribedTopicNames = [topic, kafka.Name("missing")];
        await kafka.TellUntilAsync<ConsumerGroupHeartbeatResponse>(1, change, answer => answer.MemberEpoch > joined.MemberEpoch || answer.ErrorCode != ErrorCode.None);
        await group.AskAsync(group.Beat("m", joined.MemberEpoch));
        await group.AskAsync(group.Owning("m", joined.MemberEpoch, joined.Assignment!));
        await group.AskAsync(group.Beat("m", joined.MemberEpoch - 1));
        await group.DescribeAsync();
    });

    [Fact]
    public Task Member_joins_again_with_its_id() => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync(2);
        await group.AskAsync(group.Join("m", topic));
        await group.AskAsync(group.Join("m", topic));
        await group.AskAsync(group.Join("m"));
        await group.DescribeAsync();
    });

    [Theory]
    [InlineData("uniform")]
    [InlineData("range")]
    [InlineData(null)]
    public Task Two_members_share_and_one_leaves(string? assignor) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync(4);
        var (join, other) = (group.Join("a", topic), group.Join("b", topic));
        (join.ServerAssignor, other.ServerAssignor) = (assignor, assignor);
        var a = await group.AskAsync(join);
        var b = await group.AskAsync(other);
        var half = await group.UntilAssignedAsync(group.Owning("a", a.MemberEpoch, a.Assignment!), 2);
        await group.DescribeAsync();
        var moved = await kafka.TellUntilAsync<ConsumerGroupHeartbeatResponse>(
            1, group.Owning("a", half.MemberEpoch, half.Assignment!), answer => answer.MemberEpoch > a.MemberEpoch);
        var given = await group.UntilAssignedAsync(Empty(group.Beat("b", b.MemberEpoch)), 2);
        kafka.Note("epoch", moved.MemberEpoch);
        await group.DescribeAsync();
        await group.AskAsync(group.Beat("b", -1));
        await group.UntilAssignedAsync(group.Owning("a", moved.MemberEpoch, half.Assignment!), 4);
        await group.DescribeAsync();
        kafka.Note("b had", given.MemberEpoch);
    });

    [Fact]
    public Task Static_member_is_replaced_and_others_are_told() => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync(2);
        var epoch = (await AskAsync(group.Join("m", topic), "i")).MemberEpoch;
        await AskAsync(group.Join("n", topic), "i");
        await AskAsync(group.Beat("n", epoch), "i");
        await AskAsync(group.Beat("m", epoch), "j");
        await AskAsync(group.Beat("m", epoch), null);
        await AskAsync(group.Beat("n", -2), "i");
        await AskAsync(group.Beat("m", -2), "j");
        await AskAsync(group.Beat("m", -2), "i");
        await group.DescribeAsync();
        await AskAsync(group.Beat("m", epoch), "i");
        await AskAsync(group.Join("n", topic), "i");
        await AskAsync(group.Beat("m", epoch), "i");
        await group.DescribeAsync();
        await AskAsync(group.Beat("n", -1), "i");
        await group.DescribeAsync();

        Task<ConsumerGroupHeartbeatResponse> AskAsync(ConsumerGroupHeartbeatRequest request, string? instance)
        {
            request.InstanceId = instance;
            return group.AskAsync(request);
        }
    });

    [Theory, Versions("OffsetCommit", From = 7)]
    public Task Offset_of_a_member(short version) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync();
        var epoch = (await group.AskAsync(group.Join("m", topic))).MemberEpoch;
        foreach (var (member, ahead) in ((string, int)[])[("m", 0), ("m", 1), ("m", -1), ("n", 0), ("", 0)])
        {
            await kafka.AskAsync<OffsetCommitResponse>(version, await group.CommitAsync(version, topic, member, epoch + ahead));
        }

        await kafka.AskAsync<OffsetCommitResponse>(version, await group.CommitAsync(version, topic, "", -1));
        await kafka.AskAsync<OffsetCommitResponse>(version, await group.CommitAsync(version, topic, "m", -1));
    });

    [Theory, Versions("OffsetFetch", From = 9)]
    public Task Offsets_are_fetched_by_a_member(short version) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync();
        var epoch = (await group.AskAsync(group.Join("m", topic))).MemberEpoch;
        await kafka.AskAsync<OffsetCommitResponse>(9, await group.CommitAsync(9, topic, "m", epoch));
        foreach (var (member, ahead) in ((string, int)[])[("m", 0), ("m", 1), ("m", -1), ("n", 0), ("", 0)])
        {
            await group.FetchAsync(version, member, epoch + ahead);
        }

        await group.FetchAsync(version, "", -1);
        await group.FetchAsync(version, "m", -1);
    });

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public Task Offset_of_a_member_within_a_transaction(short version) => CompareAsync(async kafka =>
    {
        var group = Group(kafka);
        var topic = await group.TopicAsync();
        var epoch = (await group.AskAsync(group.Join("m", topic))).MemberEpoch;
        var producer = await TransactionSteps.StartedAsync(kafka);
        await producer.AddOffsetsAsync(group.GroupId);
        foreach (var (member, ahead) in ((string, int)[])[("m", 1), ("m", -1), ("n", 0), ("m", 0)])
        {
            await producer.CommitOffsetAsync(group.GroupId, topic, version, request => (request.MemberId, request.GenerationId) = (member, epoch + ahead));
        }

        await producer.CommitOffsetAsync(group.GroupId, topic, version);
    });

    private static ConsumerGroupSteps Group(Conversation kafka) => new(kafka, kafka.Name("group"));

    private static ConsumerGroupHeartbeatRequest Empty(ConsumerGroupHeartbeatRequest request)
    {
        request.TopicPartitions = [];
        return request;
    }

    private static ConsumerGroupHeartbeatRequest Change(ConsumerGroupHeartbeatRequest request, string what)
    {
        switch (what)
        {
            case "no member id": (request.MemberId, request.MemberEpoch) = ("", 1); break;
            case "no group id": request.GroupId = ""; break;
            case "empty instance id": request.InstanceId = ""; break;
            case "empty rack id": request.RackId = ""; break;
            case "no rebalance timeout": request.RebalanceTimeoutMs = -1; break;
            case "rebalance timeout 0": request.RebalanceTimeoutMs = 0; break;
            case "rebalance timeout -5": request.RebalanceTimeoutMs = -5; break;
            case "owns null": request.TopicPartitions = null; break;
            case "owns something": request.TopicPartitions = [new() { TopicId = new Guid("00000000-0000-4000-8000-000000000099"), Partitions = [0] }]; break;
            case "subscribes to null": request.SubscribedTopicNames = null; break;
            case "subscribes to nothing": request.SubscribedTopicNames = []; break;
            case "subscribes twice": request.SubscribedTopicNames!.Add(request.SubscribedTopicNames[0]); break;
            case "subscribes to an illegal name": request.SubscribedTopicNames = ["not/legal"]; break;
            case "epoch -2 without instance id": request.MemberEpoch = -2; break;
            case "epoch -3": request.MemberEpoch = -3; break;
            case "unknown assignor": request.ServerAssignor = "foo"; break;
            case "empty assignor": request.ServerAssignor = ""; break;
            case "epoch 1 of no group": request.MemberEpoch = 1; break;
            case "leaves no group": request.MemberEpoch = -1; break;
            case "leaves no group for a while": (request.MemberEpoch, request.InstanceId) = (-2, "i"); break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        return request;
    }
}
