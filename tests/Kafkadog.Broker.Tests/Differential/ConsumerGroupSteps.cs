using Kafkadog.Broker.Coordination;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>The requests of members of a consumer group (KIP-848); every answer is noted.</summary>
internal sealed class ConsumerGroupSteps(Conversation kafka, string groupId)
{
    private const int OffsetsPartitions = 50;

    public string GroupId => groupId;

    /// <summary>A topic that the coordinator of the group knows: Apache Kafka answers CreateTopics a moment earlier, and epochs would depend on it.</summary>
    public async Task<string> TopicAsync(int partitions = 1, string what = "topic")
    {
        var topic = await kafka.CreateTopicAsync(partitions, what);
        var probe = Enumerable.Range(0, int.MaxValue).Select(at => $"{groupId}-{what}-probe-{at}")
            .First(name => JavaHash.Partition(name, OffsetsPartitions) == JavaHash.Partition(groupId, OffsetsPartitions));
        var join = Join("probe", topic);
        join.GroupId = probe;
        await kafka.TellUntilAsync<ConsumerGroupHeartbeatResponse>(1, join, answer => Assigned(answer) == partitions);
        await kafka.TellAsync<ConsumerGroupHeartbeatResponse>(1, new ConsumerGroupHeartbeatRequest { GroupId = probe, MemberId = "probe", MemberEpoch = -1 });
        return topic;
    }

    public static int Assigned(ConsumerGroupHeartbeatResponse answer) => answer.Assignment?.TopicPartitions.Sum(topic => topic.Partitions.Count) ?? -1;

    public ConsumerGroupHeartbeatRequest Join(string member, params string[] topics) => new()
    {
        GroupId = groupId,
        MemberId = member,
        RebalanceTimeoutMs = 60_000,
        SubscribedTopicNames = [.. topics],
        TopicPartitions = [],
    };

    public ConsumerGroupHeartbeatRequest Beat(string member, int epoch) => new() { GroupId = groupId, MemberId = member, MemberEpoch = epoch };

    /// <summary>Beats with everything an assignment has.</summary>
    public ConsumerGroupHeartbeatRequest Owning(string member, int epoch, ConsumerGroupHeartbeatResponseAssignment assignment)
    {
        var beat = Beat(member, epoch);
        beat.TopicPartitions = [.. assignment.TopicPartitions.Select(topic => new ConsumerGroupHeartbeatRequestTopicPartition { TopicId = topic.TopicId, Partitions = topic.Partitions })];
        return beat;
    }

    public Task<ConsumerGroupHeartbeatResponse> AskAsync(ConsumerGroupHeartbeatRequest request, short version = 1) =>
        kafka.AskAsync<ConsumerGroupHeartbeatResponse>(version, request, anyOrder: true);

    /// <summary>Beats until a number of partitions is assigned: Apache Kafka computes assignments at most once a second.</summary>
    public Task<ConsumerGroupHeartbeatResponse> UntilAssignedAsync(ConsumerGroupHeartbeatRequest request, int partitions, short version = 1) =>
        kafka.AskUntilAsync<ConsumerGroupHeartbeatResponse>(version, request, answer => Assigned(answer) == partitions, anyOrder: true);

    public Task DescribeAsync(short version = 1, params string[] others) => kafka.AskAsync<ConsumerGroupDescribeResponse>(
        version, new ConsumerGroupDescribeRequest { GroupIds = [groupId, .. others], IncludeAuthorizedOperations = others.Length > 0 }, anyOrder: true);

    public async Task ListAsync()
    {
        var listed = await kafka.TellAsync<ListGroupsResponse>(5, new ListGroupsRequest());
        kafka.Note("listed", listed.Groups.Find(one => one.GroupId == groupId));
    }

    public async Task<OffsetCommitRequest> CommitAsync(short version, string topic, string member, int epoch) => new()
    {
        GroupId = groupId,
        MemberId = member,
        GenerationIdOrMemberEpoch = epoch,
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

    public Task FetchAsync(short version, string member, int epoch) => kafka.AskAsync<OffsetFetchResponse>(
        version, new OffsetFetchRequest { Groups = [new OffsetFetchRequestGroup { GroupId = groupId, MemberId = member, MemberEpoch = epoch, Topics = null }] });
}
