using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ListPartitionReassignments (key 46), version 0: partitions on their way to other brokers. With one broker there are none.
/// </summary>
internal static class ListPartitionReassignments
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, ListPartitionReassignmentsRequest request) =>
        new(context.AllowsCluster(AclOperation.Describe)
            ? new ListPartitionReassignmentsResponse()
            : new ListPartitionReassignmentsResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed, ErrorMessage = "Cluster authorization failed." });
}
