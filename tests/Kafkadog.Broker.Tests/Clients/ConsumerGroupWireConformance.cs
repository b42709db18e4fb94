using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>The answers of the consumer protocol (KIP-848) field by field, and what the other group APIs say of such a group.</summary>
public abstract class ConsumerGroupWireConformance(KafkaTarget target)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("no member id", (int)ErrorCode.InvalidRequest, "MemberId can't be empty.")]
    [InlineData("no group id", (int)ErrorCode.InvalidRequest, "GroupId can't be empty.")]
    [InlineData("empty instance id", (int)ErrorCode.InvalidRequest, "InstanceId can't be empty.")]
    [InlineData("empty rack id", (int)ErrorCode.InvalidRequest, "RackId can't be empty.")]
    [InlineData("no rebalance timeout", (int)ErrorCode.InvalidRequest, "RebalanceTimeoutMs must be provided in first request.")]
    [InlineData("owns null", (int)ErrorCode.InvalidRequest, "TopicPartitions must be empty when (re-)joining.")]
    [InlineData("owns something", (int)ErrorCode.InvalidRequest, "TopicPartitions must be empty when (re-)joining.")]
    [InlineData("subscribes to null", (int)ErrorCode.InvalidRequest, "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.")]
    [InlineData("epoch -2 without instance id", (int)ErrorCode.InvalidRequest, "InstanceId can't be null.")]
    [InlineData("epoch -3", (int)ErrorCode.InvalidRequest, "MemberEpoch is invalid.")]
    [InlineData("unknown assignor", (int)ErrorCode.UnsupportedAssignor, "ServerAssignor foo is not supported. Supported assignors: uniform, range.")]
    [InlineData("unclosed regex", (int)ErrorCode.InvalidRegularExpression, "SubscribedTopicRegex `a(` is not a valid regular expression: missing closing ).")]
    [InlineData("regex with lookahead", (int)ErrorCode.InvalidRegularExpression, "SubscribedTopicRegex `(?=a)` is not a valid regular expression: invalid or unsupported Perl syntax.")]
    [InlineData("epoch 1 of no group", (int)ErrorCode.GroupIdNotFound, "Consumer group {0} not found.")]
    [InlineData("leaves no group", (int)ErrorCode.GroupIdNotFound, "Group {0} not found.")]
    public async Task Heartbeat_is_refused(string what, int error, string message)
    {
        var group = $"wire-consumers-{Guid.NewGuid():N}";
        var request = Join(group, "m", "t");
        switch (what)
        {
            case "no member id": request.MemberId = ""; break;
            case "no group id": request.GroupId = ""; break;
            case "empty instance id": request.InstanceId = ""; break;
            case "empty rack id": request.RackId = ""; break;
            case "no rebalance timeout": request.RebalanceTimeoutMs = -1; break;
            case "owns null": request.TopicPartitions = null; break;
            case "owns something": request.TopicPartitions = [new() { TopicId = Guid.NewGuid(), Partitions = [0] }]; break;
            case "subscribes to null": request.SubscribedTopicNames = null; break;
            case "epoch -2 without instance id": request.MemberEpoch = -2; break;
            case "epoch -3": request.MemberEpoch = -3; break;
            case "unknown assignor": request.ServerAssignor = "foo"; break;
            case "unclosed regex": request.SubscribedTopicRegex = "a("; break;
            case "regex with lookahead": request.SubscribedTopicRegex = "(?=a)"; break;
            case "epoch 1 of no group": request.MemberEpoch = 1; break;
            default: request.MemberEpoch = -1; break;
        }

        using var client = await ConnectAsync();
        var response = await SendAsync(client, request);
        Assert.Equal(((ErrorCode)error, string.Format(System.Globalization.CultureInfo.InvariantCulture, message, group)), (response.ErrorCode, response.ErrorMessage));
        Assert.Equal((null, 0, 0, null), (response.MemberId, response.MemberEpoch, response.HeartbeatIntervalMs, response.Assignment));
    }

    [Fact]
    public async Task Members_come_are_fenced_and_go()
    {
        using var client = await ConnectAsync();
        var topic = $"wire-consumers-{Guid.NewGuid():N}";
        await client.CreateAsync(topic, 3, Cancel);
        var first = await JoinUntilAssignedAsync(client, topic, topic, 3);
        Assert.Equal((ErrorCode.None, null, "m", 5000), (first.ErrorCode, first.ErrorMessage, first.MemberId, first.HeartbeatIntervalMs));
        Assert.Equal([0, 1, 2], Assert.Single(first.Assignment!.TopicPartitions).Partitions.Order());
        var epoch = first.MemberEpoch;

        var quiet = await SendAsync(client, new ConsumerGroupHeartbeatRequest { GroupId = topic, MemberId = "m", MemberEpoch = epoch });
        Assert.Equal((ErrorCode.None, "m", epoch, null), (quiet.ErrorCode, quiet.MemberId, quiet.MemberEpoch, quiet.Assignment));
        var stranger = await SendAsync(client, new ConsumerGroupHeartbeatRequest { GroupId = topic, MemberId = "n", MemberEpoch = epoch });
        Assert.Equal((ErrorCode.UnknownMemberId, $"Member n is not a member of group {topic}."), (stranger.ErrorCode, stranger.ErrorMessage));
        var ahead = await SendAsync(client, new ConsumerGroupHeartbeatRequest { GroupId = topic, MemberId = "m", MemberEpoch = epoch + 1 });
        Assert.Equal(
            (ErrorCode.FencedMemberEpoch, $"The consumer group member has a greater member epoch ({epoch + 1}) than the one known by the group coordinator ({epoch}). The member must abandon all its partitions and rejoin."),
            (ahead.ErrorCode, ahead.ErrorMessage));

        var described = await DescribeAsync(client, topic);
        Assert.Equal((ErrorCode.None, "Stable", "uniform", int.MinValue), (described.ErrorCode, described.GroupState, described.AssignorName, described.AuthorizedOperations));
        Assert.Equal(described.GroupEpoch, described.AssignmentEpoch);
        var member = Assert.Single(described.Members);
        Assert.Equal(("m", null, null, epoch, "wire-client", 1), (member.MemberId, member.InstanceId, member.RackId, member.MemberEpoch, member.ClientId, member.MemberType));
        Assert.Equal([topic], member.SubscribedTopicNames);
        Assert.Equal("", member.SubscribedTopicRegex);
        Assert.StartsWith("/127.0.0.1", member.ClientHost, StringComparison.Ordinal);
        Assert.Equal((topic, 3), (member.Assignment.TopicPartitions[0].TopicName, member.TargetAssignment.TopicPartitions[0].Partitions.Count));

        var left = await SendAsync(client, new ConsumerGroupHeartbeatRequest { GroupId = topic, MemberId = "m", MemberEpoch = -1 });
        Assert.Equal((ErrorCode.None, "m", -1, 0), (left.ErrorCode, left.MemberId, left.MemberEpoch, left.HeartbeatIntervalMs));
        var empty = await DescribeAsync(client, topic);
        Assert.Equal(("Empty", described.GroupEpoch + 1, described.AssignmentEpoch), (empty.GroupState, empty.GroupEpoch, empty.AssignmentEpoch));
    }

    [Fact]
    public async Task First_member_of_unknown_topics_or_none_is_at_an_epoch_with_nothing()
    {
        using var client = await ConnectAsync();
        foreach (var topics in (List<string>[])[["wire-consumers-unknown-topic"], []])
        {
            var request = Join($"wire-consumers-{Guid.NewGuid():N}", "m", "t");
            request.SubscribedTopicNames = topics;
            var joined = await SendAsync(client, request);
            Assert.Equal((ErrorCode.None, 1 + topics.Count, 0), (joined.ErrorCode, joined.MemberEpoch, joined.Assignment!.TopicPartitions.Count));
        }
    }

    [Fact]
    public async Task Static_member_is_told_who_has_its_place()
    {
        using var client = await ConnectAsync();
        var group = $"wire-consumers-{Guid.NewGuid():N}";
        var join = Join(group, "m", "wire-consumers-none");
        join.InstanceId = "i";
        var epoch = (await SendAsync(client, join)).MemberEpoch;
        join.MemberId = "n";
        var unreleased = await SendAsync(client, join);
        Assert.Equal(
            (ErrorCode.UnreleasedInstanceId, "Static member n with instance id i cannot join the group because the instance id is owned by m member."),
            (unreleased.ErrorCode, unreleased.ErrorMessage));
        var fenced = await SendAsync(client, new ConsumerGroupHeartbeatRequest { GroupId = group, MemberId = "n", InstanceId = "i", MemberEpoch = epoch });
        Assert.Equal((ErrorCode.FencedInstanceId, "Static member n with instance id i was fenced by member m."), (fenced.ErrorCode, fenced.ErrorMessage));
        var unknown = await SendAsync(client, new ConsumerGroupHeartbeatRequest { GroupId = group, MemberId = "m", InstanceId = "j", MemberEpoch = epoch });
        Assert.Equal((ErrorCode.UnknownMemberId, "Instance id j is unknown."), (unknown.ErrorCode, unknown.ErrorMessage));

        var away = await SendAsync(client, new ConsumerGroupHeartbeatRequest { GroupId = group, MemberId = "m", InstanceId = "i", MemberEpoch = -2 });
        Assert.Equal((ErrorCode.None, "m", -2), (away.ErrorCode, away.MemberId, away.MemberEpoch));
        var back = await SendAsync(client, join);
        Assert.Equal((ErrorCode.None, "n", epoch), (back.ErrorCode, back.MemberId, back.MemberEpoch));
    }

    [Fact]
    public async Task Other_group_apis_know_what_kind_of_group_it_is()
    {
        using var client = await ConnectAsync();
        var group = $"wire-consumers-{Guid.NewGuid():N}";
        await SendAsync(client, Join(group, "m", "wire-consumers-none"));
        var none = await DescribeAsync(client, "wire-consumers-no-group");
        Assert.Equal((ErrorCode.GroupIdNotFound, "Group wire-consumers-no-group not found."), (none.ErrorCode, none.ErrorMessage));

        foreach (short version in (short[])[5, 6])
        {
            var request = new DescribeGroupsRequest { Groups = [group] };
            var classic = Assert.Single((await client.AskAsync<DescribeGroupsResponse>(ApiSchemas.DescribeGroups, version, request, Cancel)).Groups);
            Assert.Equal(
                (version < 6 ? ErrorCode.None : ErrorCode.GroupIdNotFound, version < 6 ? null : $"Group {group} is not a classic group.", "Dead"),
                (classic.ErrorCode, classic.ErrorMessage, classic.GroupState));
        }

        var listed = await client.AskAsync<ListGroupsResponse>(ApiSchemas.ListGroups, 5, new ListGroupsRequest { TypesFilter = ["Consumer"], StatesFilter = ["stable"] }, Cancel);
        var entry = Assert.Single(listed.Groups, g => g.GroupId == group);
        Assert.Equal(("consumer", "Stable", "consumer"), (entry.ProtocolType, entry.GroupState, entry.GroupType));

        var deleted = await client.AskAsync<DeleteGroupsResponse>(ApiSchemas.DeleteGroups, 2, new DeleteGroupsRequest { GroupsNames = [group] }, Cancel);
        Assert.Equal(ErrorCode.NonEmptyGroup, Assert.Single(deleted.Results).ErrorCode);
    }

    [Theory]
    [InlineData(9, "m", 0, (int)ErrorCode.None)]
    [InlineData(9, "m", 1, (int)ErrorCode.StaleMemberEpoch)]
    [InlineData(9, "n", 0, (int)ErrorCode.UnknownMemberId)]
    [InlineData(9, "", -1, (int)ErrorCode.UnknownMemberId)]
    [InlineData(8, "m", 0, (int)ErrorCode.UnsupportedVersion)]
    public async Task Commit_of_a_member(short version, string memberId, int ahead, int error)
    {
        var expected = (ErrorCode)error;
        using var client = await ConnectAsync();
        var topic = $"wire-consumers-{Guid.NewGuid():N}";
        await client.CreateAsync(topic, 1, Cancel);
        var joined = await JoinUntilAssignedAsync(client, topic, topic, 1);
        var commit = new OffsetCommitRequest
        {
            GroupId = topic,
            MemberId = memberId,
            GenerationIdOrMemberEpoch = ahead < 0 ? -1 : joined.MemberEpoch + ahead,
            Topics = [new OffsetCommitRequestTopic { Name = topic, Partitions = [new OffsetCommitRequestPartition { CommittedOffset = 1 }] }],
        };
        var response = await client.AskAsync<OffsetCommitResponse>(ApiSchemas.OffsetCommit, version, commit, Cancel);
        Assert.Equal(expected, response.Topics.Single().Partitions.Single().ErrorCode);

        var fetch = new OffsetFetchRequest
        {
            Groups = [new OffsetFetchRequestGroup { GroupId = topic, MemberId = memberId, MemberEpoch = commit.GenerationIdOrMemberEpoch, Topics = null }],
        };
        var fetched = Assert.Single((await client.AskAsync<OffsetFetchResponse>(ApiSchemas.OffsetFetch, 9, fetch, Cancel)).Groups);
        Assert.Equal(expected == ErrorCode.UnsupportedVersion ? ErrorCode.None : expected, fetched.ErrorCode);
    }

    private static ConsumerGroupHeartbeatRequest Join(string group, string member, string topic) => new()
    {
        GroupId = group,
        MemberId = member,
        RebalanceTimeoutMs = 60_000,
        SubscribedTopicNames = [topic],
        TopicPartitions = [],
    };

    /// <summary>Apache Kafka answers CreateTopics a moment before its group coordinator knows the topic.</summary>
    private static async Task<ConsumerGroupHeartbeatResponse> JoinUntilAssignedAsync(WireClient client, string group, string topic, int partitions)
    {
        using var patience = new CancellationTokenSource(KafkaTarget.Patience);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var joined = await SendAsync(client, Join(group, "m", topic));
            if (joined.Assignment?.TopicPartitions.Sum(t => t.Partitions.Count) == partitions) return joined;
            await again.WaitForNextTickAsync(patience.Token);
        }
    }

    private static Task<ConsumerGroupHeartbeatResponse> SendAsync(WireClient client, ConsumerGroupHeartbeatRequest request) =>
        client.AskAsync<ConsumerGroupHeartbeatResponse>(ApiSchemas.ConsumerGroupHeartbeat, 1, request, Cancel);

    private static async Task<ConsumerGroupDescribeResponseGroup> DescribeAsync(WireClient client, string group) => Assert.Single(
        (await client.AskAsync<ConsumerGroupDescribeResponse>(ApiSchemas.ConsumerGroupDescribe, 1, new ConsumerGroupDescribeRequest { GroupIds = [group] }, Cancel)).Groups);

    private async Task<WireClient> ConnectAsync()
    {
        await target.StartAsync();
        return await WireClient.ConnectAsync(target.Port, Cancel);
    }
}

public sealed class ConsumerGroupWireOnKafkadogTests(EmbeddedTarget target) : ConsumerGroupWireConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class ConsumerGroupWireOnApacheKafkaTests(ApacheKafka target) : ConsumerGroupWireConformance(target);
