using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// OffsetCommit, versions 2 to 10: remembers how far a group has come, on disk before it answers.
/// v2-4 a retention time of the client's own; v6 leader epoch; v7 static members; v9 a missing group is named, and members of consumer groups commit with their epoch; v10 topics by id.
/// </summary>
internal static class OffsetCommit
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetCommitRequest request)
    {
        var byId = context.Version >= 10;
        var topics = request.Topics.ConvertAll(topic => byId
            ? context.Broker.Topics.TryGet(topic.TopicId, out var found) ? found : null
            : context.Broker.Topics.TryGet(topic.Name, out found) ? found : null);

        if (!context.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return Failed(request, ErrorCode.GroupAuthorizationFailed);
        }

        // By name, because one that does not exist is not told from one that may not be read.
        var denied = topics.Zip(request.Topics, (topic, asked) => (topic is not null || !byId) && !context.AllowsTopic(AclOperation.Read, topic?.Name ?? asked.Name)).ToList();
        topics = [.. topics.Zip(denied, (topic, isDenied) => isDenied ? null : topic)];
        var result = await context.Broker.Groups.CommitAsync(
            new GroupCommit
            {
                GroupId = request.GroupId,
                Member = new MemberIdentity(request.MemberId, request.GroupInstanceId),
                Generation = request.GenerationIdOrMemberEpoch,
                RetentionMs = request.RetentionTimeMs,
                TellsMissingGroup = context.Version >= 9,
                Offsets = [.. topics.Zip(request.Topics).SelectMany(t => t.Second.Partitions.Where(p => Exists(t.First, p)).Select(p =>
                    new OffsetToCommit(new TopicPartition(t.First!.Name, p.PartitionIndex), p.CommittedOffset, p.CommittedLeaderEpoch, p.CommittedMetadata)))],
            },
            context.Released);

        var missing = byId ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        var next = 0;
        return new OffsetCommitResponse
        {
            Topics = [.. topics.Zip(request.Topics, denied).Select(t => new OffsetCommitResponseTopic
            {
                Name = t.Second.Name,
                TopicId = t.Second.TopicId,
                Partitions = t.Second.Partitions.ConvertAll(p => new OffsetCommitResponsePartition
                {
                    PartitionIndex = p.PartitionIndex,
                    ErrorCode = t.Third ? ErrorCode.TopicAuthorizationFailed : t.First is null ? missing : !Exists(t.First, p) ? ErrorCode.UnknownTopicOrPartition : result.Error != ErrorCode.None ? result.Error : result.Errors[next++],
                }),
            })],
        };
    }

    private static OffsetCommitResponse Failed(OffsetCommitRequest request, ErrorCode error) => new()
    {
        Topics = request.Topics.ConvertAll(topic => new OffsetCommitResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            Partitions = topic.Partitions.ConvertAll(partition => new OffsetCommitResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = error }),
        }),
    };

    private static bool Exists(Topic? topic, OffsetCommitRequestPartition partition) =>
        (uint)partition.PartitionIndex < (uint)(topic?.Partitions.Count ?? 0);
}
