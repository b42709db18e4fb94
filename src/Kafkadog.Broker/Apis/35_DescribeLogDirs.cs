using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeLogDirs (key 35), versions 1 to 5: the data directory and the size of every partition in it; a null list means all topics.
/// <para>v2 flexible; v3 an error for the whole; v4 size of the volume (KIP-827); v5 cordoned directories, which this is not (KIP-1066).</para>
/// </summary>
internal static class DescribeLogDirs
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeLogDirsRequest request)
    {
        if (!context.AllowsCluster(AclOperation.Describe))
        {
            return new(new DescribeLogDirsResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed });
        }

        var broker = context.Broker;
        var (total, free) = broker.Storage.Files.Space(broker.Storage.DataDirectory);
        return new(new DescribeLogDirsResponse
        {
            Results =
            [
                new DescribeLogDirsResponseResult
                {
                    LogDir = broker.Storage.DataDirectory,
                    TotalBytes = total,
                    UsableBytes = free,
                    Topics = request.Topics is null
                        ? [.. broker.Topics.All.Select(topic => Describe(topic, topic.Partitions))]
                        : [.. request.Topics.Select(asked => Asked(broker, asked)).OfType<DescribeLogDirsResponseTopic>()],
                },
            ],
        });
    }

    /// <summary>Null for a topic that is not there: the answer only tells what the directory holds.</summary>
    private static DescribeLogDirsResponseTopic? Asked(BrokerState broker, DescribeLogDirsRequestTopic asked) =>
        broker.Topics.TryGet(asked.Topic, out var topic)
            ? Describe(topic, topic.Partitions.Where((_, index) => asked.Partitions.Contains(index)))
            : null;

    private static DescribeLogDirsResponseTopic Describe(Topic topic, IEnumerable<PartitionLog> logs) => new()
    {
        Name = topic.Name,
        Partitions = [.. logs.Select(log => new DescribeLogDirsResponsePartition
        {
            PartitionIndex = log.TopicPartition.Partition,
            PartitionSize = log.SizeInBytes,
        })],
    };
}
