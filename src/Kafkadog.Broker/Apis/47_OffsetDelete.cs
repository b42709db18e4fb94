using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>OffsetDelete, version 0: forgets single offsets of a group (KIP-496). A topic that a member reads is refused.</summary>
internal static class OffsetDelete
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetDeleteRequest request)
    {
        if (!context.AllowsGroup(AclOperation.Delete, request.GroupId))
        {
            return new OffsetDeleteResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed };
        }

        var denied = request.Topics.Select(t => t.Name).Where(name => !context.AllowsTopic(AclOperation.Read, name)).ToHashSet(StringComparer.Ordinal);
        var partitions = request.Topics
            .SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Name, p.PartitionIndex)))
            .Where(p => !denied.Contains(p.Topic) && context.Broker.Topics.Partition(p.Topic, p.Partition) is not null)
            .Distinct()
            .ToList();
        var result = await context.Broker.Groups.DeleteOffsetsAsync(request.GroupId, partitions, context.Released);
        var response = new OffsetDeleteResponse { ErrorCode = result.Error };
        if (result.Error != ErrorCode.None) return response;

        var errors = partitions.Zip(result.Errors).ToDictionary(p => p.First, p => p.Second);
        response.Topics = request.Topics.ConvertAll(topic => new OffsetDeleteResponseTopic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(p => new OffsetDeleteResponsePartition
            {
                PartitionIndex = p.PartitionIndex,
                ErrorCode = denied.Contains(topic.Name)
                    ? ErrorCode.TopicAuthorizationFailed
                    : errors.GetValueOrDefault(new TopicPartition(topic.Name, p.PartitionIndex), ErrorCode.UnknownTopicOrPartition),
            }),
        });
        return response;
    }
}
