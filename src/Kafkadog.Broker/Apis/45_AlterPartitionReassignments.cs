using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// AlterPartitionReassignments (key 45), versions 0 and 1: moves partitions to other brokers (KIP-455). There are none, so only the place
/// where a partition already is can be asked for, and there is never a move to cancel. v1 may forbid to change the number of replicas (KIP-860).
/// </summary>
internal static class AlterPartitionReassignments
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, AlterPartitionReassignmentsRequest request) => context.AllowsCluster(AclOperation.Alter)
        ? new(Reassign(context, request))
        : new(new AlterPartitionReassignmentsResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed, ErrorMessage = "Cluster authorization failed." });

    private static AlterPartitionReassignmentsResponse Reassign(RequestContext context, AlterPartitionReassignmentsRequest request) => new()
    {
        AllowReplicationFactorChange = request.AllowReplicationFactorChange,
        Responses = request.Topics.ConvertAll(topic => new AlterPartitionReassignmentsResponseTopic
        {
            Name = topic.Name,
            Partitions = topic.Partitions.ConvertAll(partition =>
            {
                var (error, message) = Reassign(context.Broker, topic.Name, partition, request.AllowReplicationFactorChange);
                return new AlterPartitionReassignmentsResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = error, ErrorMessage = message };
            }),
        }),
    };

    private static (ErrorCode Error, string? Message) Reassign(
        BrokerState broker, string topic, AlterPartitionReassignmentsRequestPartition asked, bool mayChangeFactor)
    {
        if (!broker.Topics.TryGet(topic, out var found))
        {
            return (ErrorCode.UnknownTopicOrPartition, $"Unable to find a topic named {topic}.");
        }

        if ((uint)asked.PartitionIndex >= (uint)found.Partitions.Count)
        {
            return (ErrorCode.UnknownTopicOrPartition, $"Unable to find partition {topic}:{asked.PartitionIndex}.");
        }

        if (asked.Replicas is not { } replicas)
        {
            return (ErrorCode.NoReassignmentInProgress, null);
        }

        return ReplicaAssignment.Problem(replicas, broker.NodeId) is { } problem ? (ErrorCode.InvalidReplicaAssignment, problem)
            : !mayChangeFactor && replicas.Count != 1 ? (ErrorCode.InvalidReplicationFactor, "The replication factor is changed from 1 to " + replicas.Count)
            : (ErrorCode.None, null);
    }
}
