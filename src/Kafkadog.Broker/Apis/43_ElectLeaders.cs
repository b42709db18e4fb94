using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ElectLeaders (key 43), versions 0 to 2: makes the preferred replica, or any replica, the leader. The one replica leads always, so no
/// election is ever needed; asked for all partitions, the answer names the topics and no partition. v1 unclean elections (KIP-460); v2 flexible.
/// </summary>
internal static class ElectLeaders
{
    private const sbyte Preferred = 0, Unclean = 1;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, ElectLeadersRequest request)
    {
        if (!context.AllowsCluster(AclOperation.Alter))
        {
            return new(Refused(request, ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed."));
        }

        return new(request.ElectionType is Preferred or Unclean
            ? new ElectLeadersResponse
            {
                ReplicaElectionResults = request.TopicPartitions?.ConvertAll(topic => new ElectLeadersResponseReplicaElectionResult
                {
                    Topic = topic.Topic, PartitionResult = topic.Partitions.ConvertAll(partition => Elect(context.Broker, topic.Topic, partition)),
                }) ?? [.. context.Broker.Topics.All.Select(topic => new ElectLeadersResponseReplicaElectionResult { Topic = topic.Name })],
            }
            : Refused(request, ErrorCode.InvalidRequest, $"Unknown election type {request.ElectionType}"));
    }

    /// <summary>The same error for all that was asked for.</summary>
    private static ElectLeadersResponse Refused(ElectLeadersRequest request, ErrorCode error, string message) => new()
    {
        ErrorCode = error,
        ReplicaElectionResults = request.TopicPartitions?.ConvertAll(topic => new ElectLeadersResponseReplicaElectionResult
        {
            Topic = topic.Topic,
            PartitionResult = topic.Partitions.ConvertAll(partition => new ElectLeadersResponsePartitionResult { PartitionId = partition, ErrorCode = error, ErrorMessage = message }),
        }) ?? [],
    };

    private static ElectLeadersResponsePartitionResult Elect(BrokerState broker, string topic, int partition)
    {
        var (error, message) = !broker.Topics.TryGet(topic, out _) ? (ErrorCode.UnknownTopicOrPartition, $"No such topic as {topic}")
            : broker.Topics.Partition(topic, partition) is null ? (ErrorCode.UnknownTopicOrPartition, $"No such partition as {topic}-{partition}")
            : (ErrorCode.ElectionNotNeeded, "Leader election not needed for topic partition.");
        return new ElectLeadersResponsePartitionResult { PartitionId = partition, ErrorCode = error, ErrorMessage = message };
    }
}
