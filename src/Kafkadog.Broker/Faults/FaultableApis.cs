using System.Collections.Frozen;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Faults;

/// <summary>For every API of <see cref="KafkaApi"/>: what its answer looks like when everything asked for fails with one error.</summary>
internal static class FaultableApis
{
    private static readonly FrozenDictionary<ApiKey, FaultableApi> s_all = new Dictionary<ApiKey, FaultableApi>
    {
        [ApiKey.Produce] = new FaultableApi<ProduceRequest>(Produce, (request, context) => request.TopicData.Select(topic => context.Name(topic.Name, topic.TopicId)), request => request.TransactionalId),
        [ApiKey.Fetch] = new FaultableApi<FetchRequest>(Fetch, (request, context) => request.Topics.Select(topic => context.Name(topic.Topic, topic.TopicId))),
        [ApiKey.ListOffsets] = new FaultableApi<ListOffsetsRequest>(ListOffsets, (request, _) => request.Topics.Select(topic => topic.Name)),
        [ApiKey.Metadata] = new FaultableApi<MetadataRequest>(Metadata, MetadataTopics),
        [ApiKey.OffsetCommit] = new FaultableApi<OffsetCommitRequest>(OffsetCommit, (request, context) => request.Topics.Select(topic => context.Name(topic.Name, topic.TopicId)), request => request.GroupId),
        [ApiKey.OffsetFetch] = new FaultableApi<OffsetFetchRequest>(OffsetFetch, OffsetFetchTopics, request => request.Groups.Count > 0 ? request.Groups[0].GroupId : request.GroupId),
        [ApiKey.FindCoordinator] = new FaultableApi<FindCoordinatorRequest>(FindCoordinator, group: request => request.CoordinatorKeys.Count > 0 ? request.CoordinatorKeys[0] : request.Key),
        [ApiKey.JoinGroup] = new FaultableApi<JoinGroupRequest>((request, error, _) => new JoinGroupResponse { ErrorCode = error, MemberId = request.MemberId, ProtocolName = "" }, group: request => request.GroupId),
        [ApiKey.Heartbeat] = new FaultableApi<HeartbeatRequest>((_, error, _) => new HeartbeatResponse { ErrorCode = error }, group: request => request.GroupId),
        [ApiKey.LeaveGroup] = new FaultableApi<LeaveGroupRequest>((_, error, _) => new LeaveGroupResponse { ErrorCode = error }, group: request => request.GroupId),
        [ApiKey.SyncGroup] = new FaultableApi<SyncGroupRequest>((_, error, _) => new SyncGroupResponse { ErrorCode = error }, group: request => request.GroupId),
        [ApiKey.DescribeGroups] = new FaultableApi<DescribeGroupsRequest>(DescribeGroups, group: request => request.Groups.Count > 0 ? request.Groups[0] : null),
        [ApiKey.ListGroups] = new FaultableApi<ListGroupsRequest>((_, error, _) => new ListGroupsResponse { ErrorCode = error }),
        [ApiKey.ApiVersions] = new FaultableApi<ApiVersionsRequest>((_, error, _) => new ApiVersionsResponse { ErrorCode = error }),
        [ApiKey.CreateTopics] = new FaultableApi<CreateTopicsRequest>(CreateTopics, (request, _) => request.Topics.Select(topic => topic.Name)),
        [ApiKey.DeleteTopics] = new FaultableApi<DeleteTopicsRequest>(DeleteTopics, DeletedTopics),
        [ApiKey.DeleteRecords] = new FaultableApi<DeleteRecordsRequest>(DeleteRecords, (request, _) => request.Topics.Select(topic => topic.Name)),
        [ApiKey.InitProducerId] = new FaultableApi<InitProducerIdRequest>((_, error, _) => new InitProducerIdResponse { ErrorCode = error }, group: request => request.TransactionalId),
        [ApiKey.OffsetForLeaderEpoch] = new FaultableApi<OffsetForLeaderEpochRequest>(OffsetForLeaderEpoch, (request, _) => request.Topics.Select(topic => topic.Topic)),
        [ApiKey.AddPartitionsToTxn] = new FaultableApi<AddPartitionsToTxnRequest>(AddPartitionsToTxn, AddedTopics, request => request.Transactions.Count > 0 ? request.Transactions[0].TransactionalId : request.V3AndBelowTransactionalId),
        [ApiKey.AddOffsetsToTxn] = new FaultableApi<AddOffsetsToTxnRequest>((_, error, _) => new AddOffsetsToTxnResponse { ErrorCode = error }, group: request => request.TransactionalId),
        [ApiKey.EndTxn] = new FaultableApi<EndTxnRequest>((_, error, _) => new EndTxnResponse { ErrorCode = error }, group: request => request.TransactionalId),
        [ApiKey.TxnOffsetCommit] = new FaultableApi<TxnOffsetCommitRequest>(TxnOffsetCommit, (request, _) => request.Topics.Select(topic => topic.Name), request => request.GroupId),
        [ApiKey.DescribeConfigs] = new FaultableApi<DescribeConfigsRequest>(DescribeConfigs),
        [ApiKey.AlterConfigs] = new FaultableApi<AlterConfigsRequest>(AlterConfigs),
        [ApiKey.DescribeLogDirs] = new FaultableApi<DescribeLogDirsRequest>((_, error, _) => new DescribeLogDirsResponse { ErrorCode = error }),
        [ApiKey.CreatePartitions] = new FaultableApi<CreatePartitionsRequest>(CreatePartitions, (request, _) => request.Topics.Select(topic => topic.Name)),
        [ApiKey.DeleteGroups] = new FaultableApi<DeleteGroupsRequest>(DeleteGroups, group: request => request.GroupsNames.Count > 0 ? request.GroupsNames[0] : null),
        [ApiKey.IncrementalAlterConfigs] = new FaultableApi<IncrementalAlterConfigsRequest>(IncrementalAlterConfigs),
        [ApiKey.ListPartitionReassignments] = new FaultableApi<ListPartitionReassignmentsRequest>((_, error, _) => new ListPartitionReassignmentsResponse { ErrorCode = error }),
        [ApiKey.OffsetDelete] = new FaultableApi<OffsetDeleteRequest>((_, error, _) => new OffsetDeleteResponse { ErrorCode = error }, (request, _) => request.Topics.Select(topic => topic.Name), request => request.GroupId),
        [ApiKey.DescribeCluster] = new FaultableApi<DescribeClusterRequest>((_, error, context) => new DescribeClusterResponse { ErrorCode = error, ClusterId = context.Broker.Storage.ClusterId }),
    }.ToFrozenDictionary();

    public static FaultableApi? Find(ApiKey key) => s_all.GetValueOrDefault(key);

    /// <summary>From some version on requests name topics by their id.</summary>
    private static string? Name(this RequestContext context, string? name, Guid id) =>
        !string.IsNullOrEmpty(name) ? name : context.Broker.Topics.TryGet(id, out var topic) ? topic.Name : null;

    private static ProduceResponse? Produce(ProduceRequest request, ErrorCode error, RequestContext context)
    {
        // acks=0 has no answer: the only way to tell of an error is to close.
        context.CloseConnection = request.Acks == 0;
        return request.Acks == 0 ? null : new ProduceResponse
        {
            Responses = [.. request.TopicData.Select(topic => new ProduceResponseTopic
            {
                Name = topic.Name,
                TopicId = topic.TopicId,
                PartitionResponses = [.. topic.PartitionData.Select(partition => new ProduceResponsePartition { Index = partition.Index, ErrorCode = error, BaseOffset = -1 })],
            })],
        };
    }

    private static FetchResponse Fetch(FetchRequest request, ErrorCode error, RequestContext context) => new()
    {
        Responses = [.. request.Topics.Select(topic => new FetchResponseTopic
        {
            Topic = topic.Topic,
            TopicId = topic.TopicId,
            Partitions = [.. topic.Partitions.Select(partition => new FetchResponsePartition
            {
                PartitionIndex = partition.Partition,
                ErrorCode = error,
                HighWatermark = -1,
                Records = new RecordData(ReadOnlyMemory<byte>.Empty),
            })],
        })],
    };

    private static ListOffsetsResponse ListOffsets(ListOffsetsRequest request, ErrorCode error, RequestContext context) => new()
    {
        Topics = [.. request.Topics.Select(topic => new ListOffsetsResponseTopic
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(partition => new ListOffsetsResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = error })],
        })],
    };

    /// <summary>The brokers are told all the same: without one, no client could come back.</summary>
    private static MetadataResponse Metadata(MetadataRequest request, ErrorCode error, RequestContext context)
    {
        var broker = context.Broker;
        return new MetadataResponse
        {
            Brokers = [new MetadataResponseBroker { NodeId = broker.NodeId, Host = broker.Advertised.Host, Port = broker.Advertised.Port }],
            ClusterId = broker.Storage.ClusterId,
            ControllerId = broker.NodeId,
            Topics = [.. MetadataTopics(request, context).Select(name => new MetadataResponseTopic { Name = name, ErrorCode = error })],
        };
    }

    private static IEnumerable<string?> MetadataTopics(MetadataRequest request, RequestContext context) =>
        request.Topics is null || (context.Version == 0 && request.Topics.Count == 0)
            ? context.Broker.Topics.All.Select(topic => topic.Name)
            : request.Topics.Select(topic => context.Name(topic.Name, topic.TopicId));

    private static OffsetCommitResponse OffsetCommit(OffsetCommitRequest request, ErrorCode error, RequestContext context) => new()
    {
        Topics = [.. request.Topics.Select(topic => new OffsetCommitResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.TopicId,
            Partitions = [.. topic.Partitions.Select(partition => new OffsetCommitResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = error })],
        })],
    };

    private static OffsetFetchResponse OffsetFetch(OffsetFetchRequest request, ErrorCode error, RequestContext context) => new()
    {
        ErrorCode = error,
        // Version 1 has no place but the partitions.
        Topics = [.. (request.Topics ?? []).Select(topic => new OffsetFetchResponseTopic
        {
            Name = topic.Name,
            Partitions = [.. topic.PartitionIndexes.Select(partition => new OffsetFetchResponsePartition { PartitionIndex = partition, CommittedOffset = -1, ErrorCode = error })],
        })],
        Groups = [.. request.Groups.Select(group => new OffsetFetchResponseGroup { GroupId = group.GroupId, ErrorCode = error })],
    };

    private static IEnumerable<string?> OffsetFetchTopics(OffsetFetchRequest request, RequestContext context) =>
        (request.Topics ?? []).Select(topic => topic.Name)
            .Concat(request.Groups.SelectMany(group => group.Topics ?? []).Select(topic => context.Name(topic.Name, topic.TopicId)));

    private static FindCoordinatorResponse FindCoordinator(FindCoordinatorRequest request, ErrorCode error, RequestContext context) => new()
    {
        ErrorCode = error,
        NodeId = -1,
        Port = -1,
        Coordinators = [.. request.CoordinatorKeys.Select(key => new FindCoordinatorResponseCoordinator { Key = key, ErrorCode = error, NodeId = -1, Port = -1 })],
    };

    private static DescribeGroupsResponse DescribeGroups(DescribeGroupsRequest request, ErrorCode error, RequestContext context) =>
        new() { Groups = [.. request.Groups.Select(group => new DescribeGroupsResponseGroup { GroupId = group, ErrorCode = error })] };

    private static CreateTopicsResponse CreateTopics(CreateTopicsRequest request, ErrorCode error, RequestContext context) =>
        new() { Topics = [.. request.Topics.Select(topic => new CreateTopicsResponseTopic { Name = topic.Name, ErrorCode = error })] };

    private static DeleteTopicsResponse DeleteTopics(DeleteTopicsRequest request, ErrorCode error, RequestContext context) => new()
    {
        Responses =
        [
            .. request.TopicNames.Select(name => new DeleteTopicsResponseResult { Name = name, ErrorCode = error }),
            .. request.Topics.Select(topic => new DeleteTopicsResponseResult { Name = topic.Name, TopicId = topic.TopicId, ErrorCode = error }),
        ],
    };

    private static IEnumerable<string?> DeletedTopics(DeleteTopicsRequest request, RequestContext context) =>
        request.TopicNames.Concat(request.Topics.Select(topic => context.Name(topic.Name, topic.TopicId)));

    private static DeleteRecordsResponse DeleteRecords(DeleteRecordsRequest request, ErrorCode error, RequestContext context) => new()
    {
        Topics = [.. request.Topics.Select(topic => new DeleteRecordsResponseTopic
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(partition => new DeleteRecordsResponsePartition { PartitionIndex = partition.PartitionIndex, LowWatermark = -1, ErrorCode = error })],
        })],
    };

    private static OffsetForLeaderEpochResponse OffsetForLeaderEpoch(OffsetForLeaderEpochRequest request, ErrorCode error, RequestContext context) => new()
    {
        Topics = [.. request.Topics.Select(topic => new OffsetForLeaderEpochResponseTopic
        {
            Topic = topic.Topic,
            Partitions = [.. topic.Partitions.Select(partition => new OffsetForLeaderEpochResponsePartition { Partition = partition.Partition, ErrorCode = error })],
        })],
    };

    private static AddPartitionsToTxnResponse AddPartitionsToTxn(AddPartitionsToTxnRequest request, ErrorCode error, RequestContext context) => new()
    {
        ErrorCode = error,
        ResultsByTopicV3AndBelow = [.. request.V3AndBelowTopics.Select(topic => new AddPartitionsToTxnResponseResultsByTopicV3AndBelow
        {
            Name = topic.Name,
            ResultsByPartition = [.. topic.Partitions.Select(partition => new AddPartitionsToTxnResponseResultsByPartition { PartitionIndex = partition, PartitionErrorCode = error })],
        })],
    };

    private static IEnumerable<string?> AddedTopics(AddPartitionsToTxnRequest request, RequestContext context) =>
        request.V3AndBelowTopics.Select(topic => topic.Name).Concat(request.Transactions.SelectMany(transaction => transaction.Topics).Select(topic => topic.Name));

    private static TxnOffsetCommitResponse TxnOffsetCommit(TxnOffsetCommitRequest request, ErrorCode error, RequestContext context) => new()
    {
        Topics = [.. request.Topics.Select(topic => new TxnOffsetCommitResponseTopic
        {
            Name = topic.Name,
            Partitions = [.. topic.Partitions.Select(partition => new TxnOffsetCommitResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = error })],
        })],
    };

    private static DescribeConfigsResponse DescribeConfigs(DescribeConfigsRequest request, ErrorCode error, RequestContext context) => new()
    {
        Results = [.. request.Resources.Select(resource => new DescribeConfigsResponseResult { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error })],
    };

    private static AlterConfigsResponse AlterConfigs(AlterConfigsRequest request, ErrorCode error, RequestContext context) => new()
    {
        Responses = [.. request.Resources.Select(resource => new AlterConfigsResponseResource { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error })],
    };

    private static CreatePartitionsResponse CreatePartitions(CreatePartitionsRequest request, ErrorCode error, RequestContext context) =>
        new() { Results = [.. request.Topics.Select(topic => new CreatePartitionsResponseResult { Name = topic.Name, ErrorCode = error })] };

    private static DeleteGroupsResponse DeleteGroups(DeleteGroupsRequest request, ErrorCode error, RequestContext context) =>
        new() { Results = [.. request.GroupsNames.Select(group => new DeleteGroupsResponseResult { GroupId = group, ErrorCode = error })] };

    private static IncrementalAlterConfigsResponse IncrementalAlterConfigs(IncrementalAlterConfigsRequest request, ErrorCode error, RequestContext context) => new()
    {
        Responses = [.. request.Resources.Select(resource => new IncrementalAlterConfigsResponseResource { ResourceType = resource.ResourceType, ResourceName = resource.ResourceName, ErrorCode = error })],
    };
}
