using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DeleteRecords (key 21), versions 0 to 2: moves the log start offset up to the given one; -1 stands for the high watermark.
/// <para>A batch is never split: its records before the offset stay in the file and are no longer read. v2 flexible.</para>
/// </summary>
internal static class DeleteRecords
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteRecordsRequest request) => new(new DeleteRecordsResponse
    {
        Topics = request.Topics.ConvertAll(topic => new DeleteRecordsResponseTopic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition => context.AllowsTopic(AclOperation.Delete, topic.Name)
                ? Delete(context.Broker, topic.Name, partition)
                : new DeleteRecordsResponsePartition { PartitionIndex = partition.PartitionIndex, LowWatermark = -1, ErrorCode = ErrorCode.TopicAuthorizationFailed }),
        }),
    });

    private static DeleteRecordsResponsePartition Delete(BrokerState broker, string topic, DeleteRecordsRequestPartition asked)
    {
        var answer = new DeleteRecordsResponsePartition { PartitionIndex = asked.PartitionIndex, LowWatermark = -1 };
        if (broker.Topics.Partition(topic, asked.PartitionIndex) is not { } log)
        {
            answer.ErrorCode = ErrorCode.UnknownTopicOrPartition;
        }
        else
        {
            var result = log.DeleteRecords(asked.Offset);
            (answer.ErrorCode, answer.LowWatermark) = (result.Error, result.LowWatermark);
        }

        return answer;
    }
}
