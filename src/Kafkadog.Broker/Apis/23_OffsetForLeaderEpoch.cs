using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// OffsetForLeaderEpoch (key 23), versions 2 to 4: where a leader epoch ended, by which a consumer finds out that records it
/// has read are gone (KIP-320). v3 replica id; v4 flexible.
/// </summary>
internal static class OffsetForLeaderEpoch
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetForLeaderEpochRequest request) => new(new OffsetForLeaderEpochResponse
    {
        Topics = request.Topics.ConvertAll(topic => new OffsetForLeaderEpochResponseTopic
        {
            Topic = topic.Topic,
            Partitions = topic.Partitions.ConvertAll(partition => context.AllowsTopic(AclOperation.Describe, topic.Topic)
                ? Find(context.Broker, topic.Topic, partition)
                : new OffsetForLeaderEpochResponsePartition { Partition = partition.Partition, ErrorCode = ErrorCode.TopicAuthorizationFailed }),
        }),
    });

    private static OffsetForLeaderEpochResponsePartition Find(BrokerState broker, string topic, OffsetForLeaderEpochRequestPartition asked)
    {
        var answer = new OffsetForLeaderEpochResponsePartition { Partition = asked.Partition };
        if (broker.Topics.Partition(topic, asked.Partition) is not { } log)
        {
            answer.ErrorCode = ErrorCode.UnknownTopicOrPartition;
        }
        else if (Leadership.Check(log, asked.CurrentLeaderEpoch) is var epoch and not ErrorCode.None)
        {
            answer.ErrorCode = epoch;
        }
        else
        {
            var end = log.OffsetForLeaderEpoch(asked.LeaderEpoch);
            (answer.LeaderEpoch, answer.EndOffset) = (end.LeaderEpoch, end.EndOffset);
        }

        return answer;
    }
}
