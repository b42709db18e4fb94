using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeTopicPartitions (key 75), version 0: topics with their partitions, a page at a time (KIP-966). An empty list means all topics.
/// A page ends after <c>ResponsePartitionLimit</c> partitions; its cursor is where the next one begins.
/// </summary>
internal static class DescribeTopicPartitions
{
    /// <summary>Kafka's <c>max.request.partition.size.limit</c>.</summary>
    private const int MaxPartitionsPerPage = 2000;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeTopicPartitionsRequest request)
    {
        var broker = context.Broker;
        var names = request.Topics.Count == 0
            ? broker.Topics.All.Select(topic => topic.Name).Where(name => context.AllowsTopic(AclOperation.Describe, name))
            : request.Topics.Select(topic => topic.Name).Distinct(StringComparer.Ordinal);
        var (firstTopic, firstPartition) = (request.Cursor?.TopicName ?? "", request.Cursor?.PartitionIndex ?? 0);
        if (request.Cursor is not null && (firstPartition < 0 || !names.Contains(firstTopic, StringComparer.Ordinal)))
        {
            return new(new DescribeTopicPartitionsResponse
            {
                Topics = request.Topics.ConvertAll(topic => new DescribeTopicPartitionsResponseTopic { Name = topic.Name, ErrorCode = ErrorCode.InvalidRequest }),
            });
        }

        var left = Math.Clamp(request.ResponsePartitionLimit, 1, MaxPartitionsPerPage);
        var response = new DescribeTopicPartitionsResponse();
        foreach (var name in names.Where(name => string.CompareOrdinal(name, firstTopic) >= 0).Order(StringComparer.Ordinal))
        {
            if (left == 0)
            {
                response.NextCursor = new DescribeTopicPartitionsResponseNextCursor { TopicName = name };
                break;
            }

            if (!context.AllowsTopic(AclOperation.Describe, name))
            {
                response.Topics.Add(new DescribeTopicPartitionsResponseTopic { Name = name, ErrorCode = ErrorCode.TopicAuthorizationFailed });
                continue;
            }

            if (!broker.Topics.TryGet(name, out var topic))
            {
                response.Topics.Add(new DescribeTopicPartitionsResponseTopic
                {
                    Name = name,
                    ErrorCode = TopicNames.Problem(name) is null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopicException,
                    TopicAuthorizedOperations = AuthorizedOperations.OnTopic(context, name),
                });
                continue;
            }

            var first = name == firstTopic ? firstPartition : 0;
            var page = topic.Partitions.Skip(first).Take(left).ToList();
            left -= page.Count;
            response.Topics.Add(Describe(context, topic, page));
            if (first + page.Count < topic.Partitions.Count)
            {
                response.NextCursor = new DescribeTopicPartitionsResponseNextCursor { TopicName = name, PartitionIndex = first + page.Count };
                break;
            }
        }

        return new(response);
    }

    private static DescribeTopicPartitionsResponseTopic Describe(RequestContext context, Topic topic, IEnumerable<PartitionLog> page) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        IsInternal = topic.IsInternal,
        Partitions = [.. page.Select(log => new DescribeTopicPartitionsResponsePartition
        {
            PartitionIndex = log.TopicPartition.Partition,
            LeaderId = context.Broker.NodeId,
            LeaderEpoch = log.LeaderEpoch,
            ReplicaNodes = [context.Broker.NodeId],
            IsrNodes = [context.Broker.NodeId],
            EligibleLeaderReplicas = [],
            LastKnownElr = [],
        })],
        TopicAuthorizedOperations = AuthorizedOperations.OnTopic(context, topic.Name),
    };
}
