using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AlterReplicaLogDirs (key 34), versions 1 and 2: moves a replica to another data directory (KIP-113). There is one, so a move there is
/// already done and any other is LOG_DIR_NOT_FOUND. v2 flexible.
/// </summary>
internal static class AlterReplicaLogDirs
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, AlterReplicaLogDirsRequest request)
    {
        var response = new AlterReplicaLogDirsResponse();
        foreach (var (dir, topic) in request.Dirs.SelectMany(dir => dir.Topics.Select(topic => (dir, topic))))
        {
            var result = response.Results.Find(one => one.TopicName == topic.Name);
            if (result is null)
            {
                response.Results.Add(result = new AlterReplicaLogDirsResponseResult { TopicName = topic.Name });
            }

            result.Partitions.AddRange(topic.Partitions.Select(partition => new AlterReplicaLogDirsResponsePartition
            {
                PartitionIndex = partition,
                ErrorCode = context.AllowsCluster(AclOperation.Alter) ? Move(context.Broker, dir.Path, topic.Name, partition) : ErrorCode.ClusterAuthorizationFailed,
            }));
        }

        return new(response);
    }

    private static ErrorCode Move(BrokerState broker, string directory, string topic, int partition) =>
        directory != broker.Storage.DataDirectory ? ErrorCode.LogDirNotFound
        : broker.Topics.Partition(topic, partition) is null ? ErrorCode.UnknownTopicOrPartition
        : ErrorCode.None;
}
