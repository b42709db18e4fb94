using System.Collections.Frozen;
using Kafkadog.Broker.Apis;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Server;

/// <summary>Reads the body of a request and answers it; null for no answer (acks=0).</summary>
internal delegate ValueTask<IMessage?> ApiHandler(RequestContext context, ReadOnlyMemory<byte> body);

/// <summary>One API this broker serves.</summary>
/// <param name="Schema">Its messages.</param>
/// <param name="Lowest">The lowest version that is served.</param>
/// <param name="Highest">The highest version that is served and advertised.</param>
/// <param name="AdvertisedLowest">The lowest version that ApiVersions tells.</param>
/// <param name="Handler">What answers it.</param>
internal sealed record ServedApi(ApiSchema Schema, short Lowest, short Highest, short AdvertisedLowest, ApiHandler Handler)
{
    public bool Serves(short version) => version >= Lowest && version <= Highest;
}

/// <summary>
/// Every API this broker serves, with its versions and its handler: the only registration. Dispatch, the answer to ApiVersions,
/// header versions, <c>docs/protocol-coverage.md</c> and the tests over all versions derive from it.
/// </summary>
internal sealed class ApiTable
{
    private readonly List<ServedApi> _apis = [];
    private readonly FrozenDictionary<ApiKey, ServedApi> _byKey;

    private ApiTable(List<ServedApi> apis) => (_apis, _byKey) = (apis, apis.ToFrozenDictionary(api => api.Schema.Key));

    /// <exception cref="InvalidOperationException">An API is in the table twice, or with versions its schema does not have.</exception>
    public ApiTable()
    {
        // Produce is advertised from 0 but served from 3: librdkafka before 2.11.1 takes the literal range 0..0 as the proof
        // that the broker knows compression. Apache Kafka 4 does the same (KAFKA-18659).
        Add<ProduceRequest>(ApiSchemas.Produce, 3, 13, Produce.HandleAsync, advertisedLowest: 0);
        Add<FetchRequest>(ApiSchemas.Fetch, 4, 18, Fetch.HandleAsync);
        Add<ListOffsetsRequest>(ApiSchemas.ListOffsets, 1, 11, ListOffsets.HandleAsync);
        Add<MetadataRequest>(ApiSchemas.Metadata, 0, 13, Metadata.HandleAsync);
        Add<OffsetCommitRequest>(ApiSchemas.OffsetCommit, 2, 10, OffsetCommit.HandleAsync);
        Add<OffsetFetchRequest>(ApiSchemas.OffsetFetch, 1, 10, OffsetFetch.HandleAsync);
        Add<FindCoordinatorRequest>(ApiSchemas.FindCoordinator, 0, 6, FindCoordinator.HandleAsync);
        Add<JoinGroupRequest>(ApiSchemas.JoinGroup, 0, 9, JoinGroup.HandleAsync);
        Add<HeartbeatRequest>(ApiSchemas.Heartbeat, 0, 4, Heartbeat.HandleAsync);
        Add<LeaveGroupRequest>(ApiSchemas.LeaveGroup, 0, 5, LeaveGroup.HandleAsync);
        Add<SyncGroupRequest>(ApiSchemas.SyncGroup, 0, 5, SyncGroup.HandleAsync);
        Add<DescribeGroupsRequest>(ApiSchemas.DescribeGroups, 0, 6, DescribeGroups.HandleAsync);
        Add<ListGroupsRequest>(ApiSchemas.ListGroups, 0, 5, ListGroups.HandleAsync);
        Add<SaslHandshakeRequest>(ApiSchemas.SaslHandshake, 0, 1, SaslHandshake.HandleAsync);
        Add<ApiVersionsRequest>(ApiSchemas.ApiVersions, 0, 4, ApiVersions.HandleAsync);
        Add<CreateTopicsRequest>(ApiSchemas.CreateTopics, 2, 7, CreateTopics.HandleAsync);
        Add<DeleteTopicsRequest>(ApiSchemas.DeleteTopics, 1, 6, DeleteTopics.HandleAsync);
        Add<DeleteRecordsRequest>(ApiSchemas.DeleteRecords, 0, 2, DeleteRecords.HandleAsync);
        Add<InitProducerIdRequest>(ApiSchemas.InitProducerId, 0, 5, InitProducerId.HandleAsync);
        Add<AddPartitionsToTxnRequest>(ApiSchemas.AddPartitionsToTxn, 0, 5, AddPartitionsToTxn.HandleAsync);
        Add<AddOffsetsToTxnRequest>(ApiSchemas.AddOffsetsToTxn, 0, 4, AddOffsetsToTxn.HandleAsync);
        Add<EndTxnRequest>(ApiSchemas.EndTxn, 0, 5, EndTxn.HandleAsync);
        Add<WriteTxnMarkersRequest>(ApiSchemas.WriteTxnMarkers, 1, 2, WriteTxnMarkers.HandleAsync);
        Add<TxnOffsetCommitRequest>(ApiSchemas.TxnOffsetCommit, 0, 5, TxnOffsetCommit.HandleAsync);
        Add<DescribeProducersRequest>(ApiSchemas.DescribeProducers, 0, 0, DescribeProducers.HandleAsync);
        Add<DescribeTransactionsRequest>(ApiSchemas.DescribeTransactions, 0, 0, DescribeTransactions.HandleAsync);
        Add<ListTransactionsRequest>(ApiSchemas.ListTransactions, 0, 2, ListTransactions.HandleAsync);
        Add<OffsetForLeaderEpochRequest>(ApiSchemas.OffsetForLeaderEpoch, 2, 4, OffsetForLeaderEpoch.HandleAsync);
        Add<DescribeAclsRequest>(ApiSchemas.DescribeAcls, 1, 3, DescribeAcls.HandleAsync);
        Add<CreateAclsRequest>(ApiSchemas.CreateAcls, 1, 3, CreateAcls.HandleAsync);
        Add<DeleteAclsRequest>(ApiSchemas.DeleteAcls, 1, 3, DeleteAcls.HandleAsync);
        Add<DescribeConfigsRequest>(ApiSchemas.DescribeConfigs, 1, 4, DescribeConfigs.HandleAsync);
        Add<AlterConfigsRequest>(ApiSchemas.AlterConfigs, 0, 2, AlterConfigs.HandleAsync);
        Add<IncrementalAlterConfigsRequest>(ApiSchemas.IncrementalAlterConfigs, 0, 1, IncrementalAlterConfigs.HandleAsync);
        Add<SaslAuthenticateRequest>(ApiSchemas.SaslAuthenticate, 0, 2, SaslAuthenticate.HandleAsync);
        Add<AlterReplicaLogDirsRequest>(ApiSchemas.AlterReplicaLogDirs, 1, 2, AlterReplicaLogDirs.HandleAsync);
        Add<DescribeLogDirsRequest>(ApiSchemas.DescribeLogDirs, 1, 5, DescribeLogDirs.HandleAsync);
        Add<CreatePartitionsRequest>(ApiSchemas.CreatePartitions, 0, 3, CreatePartitions.HandleAsync);
        Add<DeleteGroupsRequest>(ApiSchemas.DeleteGroups, 0, 2, DeleteGroups.HandleAsync);
        Add<ElectLeadersRequest>(ApiSchemas.ElectLeaders, 0, 2, ElectLeaders.HandleAsync);
        Add<AlterPartitionReassignmentsRequest>(ApiSchemas.AlterPartitionReassignments, 0, 1, AlterPartitionReassignments.HandleAsync);
        Add<ListPartitionReassignmentsRequest>(ApiSchemas.ListPartitionReassignments, 0, 0, ListPartitionReassignments.HandleAsync);
        Add<OffsetDeleteRequest>(ApiSchemas.OffsetDelete, 0, 0, OffsetDelete.HandleAsync);
        Add<DescribeUserScramCredentialsRequest>(ApiSchemas.DescribeUserScramCredentials, 0, 0, DescribeUserScramCredentials.HandleAsync);
        Add<AlterUserScramCredentialsRequest>(ApiSchemas.AlterUserScramCredentials, 0, 0, AlterUserScramCredentials.HandleAsync);
        Add<ConsumerGroupHeartbeatRequest>(ApiSchemas.ConsumerGroupHeartbeat, 0, 1, ConsumerGroupHeartbeat.HandleAsync);
        Add<ConsumerGroupDescribeRequest>(ApiSchemas.ConsumerGroupDescribe, 0, 1, ConsumerGroupDescribe.HandleAsync);
        Add<DescribeClientQuotasRequest>(ApiSchemas.DescribeClientQuotas, 0, 1, DescribeClientQuotas.HandleAsync);
        Add<AlterClientQuotasRequest>(ApiSchemas.AlterClientQuotas, 0, 1, AlterClientQuotas.HandleAsync);
        Add<DescribeQuorumRequest>(ApiSchemas.DescribeQuorum, 0, 2, DescribeQuorum.HandleAsync);
        Add<UpdateFeaturesRequest>(ApiSchemas.UpdateFeatures, 0, 2, UpdateFeatures.HandleAsync);
        Add<DescribeClusterRequest>(ApiSchemas.DescribeCluster, 0, 2, DescribeCluster.HandleAsync);
        Add<ListConfigResourcesRequest>(ApiSchemas.ListConfigResources, 0, 1, ListConfigResources.HandleAsync);
        Add<DescribeTopicPartitionsRequest>(ApiSchemas.DescribeTopicPartitions, 0, 0, DescribeTopicPartitions.HandleAsync);
        _byKey = _apis.ToFrozenDictionary(api => api.Schema.Key);
    }

    /// <summary>In the order of their keys.</summary>
    public IReadOnlyList<ServedApi> All => _apis;

    public ServedApi? Find(ApiKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>The same table with another handler for one API: for measuring what the handler itself costs.</summary>
    public ApiTable Replace<TRequest>(ApiKey key, Func<RequestContext, TRequest, ValueTask<IMessage?>> handler)
        where TRequest : IMessage<TRequest> => new([.. _apis.Select(api => api.Schema.Key == key ? api with { Handler = Reading(handler) } : api)]);

    private void Add<TRequest>(
        ApiSchema schema, short lowest, short highest, Func<RequestContext, TRequest, ValueTask<IMessage?>> handler, short? advertisedLowest = null)
        where TRequest : IMessage<TRequest>
    {
        if (_apis.Exists(api => api.Schema.Key == schema.Key))
        {
            throw new InvalidOperationException($"{schema.Name} is in the table twice.");
        }

        if (lowest < schema.LowestVersion || highest > schema.HighestVersion || lowest > highest)
        {
            throw new InvalidOperationException($"{schema.Name} has no versions {lowest} to {highest}.");
        }

        _apis.Add(new ServedApi(schema, lowest, highest, advertisedLowest ?? lowest, Reading(handler)));
        _apis.Sort((one, other) => one.Schema.Key.CompareTo(other.Schema.Key));
    }

    private static ApiHandler Reading<TRequest>(Func<RequestContext, TRequest, ValueTask<IMessage?>> handler)
        where TRequest : IMessage<TRequest> => (context, body) =>
        {
            var reader = new ProtocolReader(body);
            return handler(context, TRequest.Read(ref reader, context.Version));
        };
}
