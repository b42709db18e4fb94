using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeQuorum (key 55), versions 0 to 2: who votes on the metadata (KIP-595). This node alone, with as many records as its metadata
/// log has taken. v1 times of replicas (KIP-836); v2 directory ids, endpoints and messages (KIP-853).
/// </summary>
internal static class DescribeQuorum
{
    private const string MetadataTopic = "__cluster_metadata";

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeQuorumRequest request)
    {
        var broker = context.Broker;
        if (!context.AllowsCluster(AclOperation.Describe))
        {
            return new(new DescribeQuorumResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed, ErrorMessage = "Cluster authorization failed." });
        }

        if (request.Topics is not [{ TopicName: MetadataTopic, Partitions: [{ PartitionIndex: 0 }] }])
        {
            return new(new DescribeQuorumResponse
            {
                ErrorMessage = "",
                Topics = request.Topics.ConvertAll(topic => new DescribeQuorumResponseTopic
                {
                    TopicName = topic.TopicName,
                    Partitions = topic.Partitions.ConvertAll(partition => new DescribeQuorumResponsePartition
                    {
                        PartitionIndex = partition.PartitionIndex,
                        ErrorCode = ErrorCode.UnknownTopicOrPartition,
                        ErrorMessage = "This server does not host this topic-partition.",
                    }),
                }),
            });
        }

        var (end, now) = (broker.Storage.Metadata.Records, broker.Time.GetUtcNow().ToUnixTimeMilliseconds());
        return new(new DescribeQuorumResponse
        {
            ErrorMessage = "",
            Topics =
            [
                new DescribeQuorumResponseTopic
                {
                    TopicName = MetadataTopic,
                    Partitions =
                    [
                        new DescribeQuorumResponsePartition
                        {
                            ErrorMessage = "",
                            LeaderId = broker.NodeId,
                            LeaderEpoch = broker.Storage.Starts,
                            HighWatermark = end,
                            CurrentVoters =
                            [
                                new DescribeQuorumResponseReplicaState
                                {
                                    ReplicaId = broker.NodeId,
                                    ReplicaDirectoryId = broker.Storage.DirectoryId,
                                    LogEndOffset = end,
                                    LastFetchTimestamp = now,
                                    LastCaughtUpTimestamp = now,
                                },
                            ],
                        },
                    ],
                },
            ],
            Nodes = [new DescribeQuorumResponseNode { NodeId = broker.NodeId, Listeners = [new DescribeQuorumResponseListener { Name = "PLAINTEXT", Host = context.Peer.Advertised.Host, Port = (ushort)context.Peer.Advertised.Port }] }],
        });
    }
}
