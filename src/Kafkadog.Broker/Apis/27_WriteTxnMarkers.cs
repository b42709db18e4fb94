using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// WriteTxnMarkers (key 27), versions 1 and 2: ends a producer's transaction in single partitions. Among brokers the coordinator's way to
/// end transactions; here only an administrator sends it, to end a hanging one (<c>kafka-transactions.sh abort</c>).
/// <para>v1 flexible; v2 the transaction version, with which a marker must raise the epoch (KIP-1228).</para>
/// </summary>
internal static class WriteTxnMarkers
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, WriteTxnMarkersRequest request)
    {
        var allowed = context.AllowsCluster(AclOperation.Alter) || context.AllowsCluster(AclOperation.ClusterAction);
        var response = new WriteTxnMarkersResponse();
        foreach (var marker in request.Markers)
        {
            var end = new TransactionEnd(
                marker.TransactionResult ? TransactionMarker.Commit : TransactionMarker.Abort,
                marker.ProducerId, marker.ProducerEpoch, marker.CoordinatorEpoch, marker.TransactionVersion);
            var answer = new WriteTxnMarkersResponseMarker { ProducerId = marker.ProducerId };
            response.Markers.Add(answer);
            foreach (var topic in marker.Topics)
            {
                var partitions = new List<WriteTxnMarkersResponsePartition>(topic.PartitionIndexes.Count);
                foreach (var partition in topic.PartitionIndexes)
                {
                    var error = allowed
                        ? await context.Broker.Markers.WriteAsync(new TopicPartition(topic.Name, partition), end, context.Released)
                        : ErrorCode.ClusterAuthorizationFailed;
                    partitions.Add(new WriteTxnMarkersResponsePartition { PartitionIndex = partition, ErrorCode = error });
                }

                answer.Topics.Add(new WriteTxnMarkersResponseTopic { Name = topic.Name, Partitions = partitions });
            }
        }

        return response;
    }
}
