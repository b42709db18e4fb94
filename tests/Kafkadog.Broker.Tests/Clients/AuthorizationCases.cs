using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Apis;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>A request that access control decides on.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="Api">Its API.</param>
/// <param name="Version">Of the request.</param>
/// <param name="Request">The request.</param>
/// <param name="Given">Access that the client has all along: operations by resource, such as <c>Group Read</c>.</param>
/// <param name="Denied">The errors it gets without more.</param>
/// <param name="Needed">The least access with which it is allowed.</param>
/// <param name="Allowed">The errors it then gets, for another reason than access.</param>
internal sealed record AuthorizationCase(string Name, ApiSchema Api, short Version, IMessage Request, string Given, string Denied, string Needed, string Allowed = "");

/// <summary>
/// What each API asks of its client, as Apache Kafka has it. The resources are a topic and a group that exist and a transactional id, all with
/// lists that give nothing to the client.
/// </summary>
internal static class AuthorizationCases
{
    public const string Topic = "authz-topic", Group = "authz-group", TransactionalId = "authz-txn", NewTopic = "authz-new";

    private const string TopicFailed = "TopicAuthorizationFailed", GroupFailed = "GroupAuthorizationFailed", ClusterFailed = "ClusterAuthorizationFailed", TransactionalIdFailed = "TransactionalIdAuthorizationFailed";

    /// <summary>APIs that decline nothing: they may be used before a client is known, or leave out what it may not see.</summary>
    public static IReadOnlyDictionary<ApiKey, string> Open { get; } = new Dictionary<ApiKey, string>
    {
        [ApiKey.SaslHandshake] = "it comes before",
        [ApiKey.ApiVersions] = "it comes before",
        [ApiKey.SaslAuthenticate] = "it comes before",
        [ApiKey.ListGroups] = "groups that may not be described are left out: AuthorizationConformance",
        [ApiKey.DescribeCluster] = "operations that are not allowed are left out: AuthorizationConformance",
        [ApiKey.ListTransactions] = "transactions that may not be described are left out: AuthorizationConformance",
    };

    public static IReadOnlyList<AuthorizationCase> All { get; } =
    [
        new("Produce", ApiSchemas.Produce, 9, ApiClient.Produce(Topic, ApiClient.Batch(1)), "", TopicFailed, "Topic Write"),
        new("Fetch", ApiSchemas.Fetch, 11, ApiClient.Fetch(Topic, 0, 0), "Topic Write", TopicFailed, "Topic Read"),
        new("ListOffsets", ApiSchemas.ListOffsets, 7, new ListOffsetsRequest { ReplicaId = -1, Topics = [new() { Name = Topic, Partitions = [new() { Timestamp = -1, CurrentLeaderEpoch = -1 }] }] }, "", TopicFailed, "Topic Describe"),
        new("Metadata", ApiSchemas.Metadata, 9, new MetadataRequest { Topics = [new() { Name = Topic }] }, "", TopicFailed, "Topic Describe"),
        new("Metadata of a topic that is not there", ApiSchemas.Metadata, 9, new MetadataRequest { Topics = [new() { Name = NewTopic }], AllowAutoTopicCreation = false }, "", TopicFailed, "NewTopic Describe", "UnknownTopicOrPartition"),
        new("Metadata that makes a topic", ApiSchemas.Metadata, 9, new MetadataRequest { Topics = [new() { Name = "authz-made" }], AllowAutoTopicCreation = true }, "MadeTopic Describe", TopicFailed, "MadeTopic Create"),
        new("OffsetCommit, group", ApiSchemas.OffsetCommit, 8, Commit(), "Topic Read", GroupFailed, "Group Read"),
        new("OffsetCommit, topic", ApiSchemas.OffsetCommit, 8, Commit(), "Group Read", TopicFailed, "Topic Read"),
        new("OffsetFetch, group", ApiSchemas.OffsetFetch, 7, Offsets(), "Topic Describe", GroupFailed, "Group Describe"),
        new("OffsetFetch, topic", ApiSchemas.OffsetFetch, 7, Offsets(), "Group Describe", TopicFailed, "Topic Describe"),
        new("OffsetFetch of many, group", ApiSchemas.OffsetFetch, 8, ManyOffsets(), "Topic Describe", GroupFailed, "Group Describe"),
        new("OffsetFetch of many, topic", ApiSchemas.OffsetFetch, 8, ManyOffsets(), "Group Describe", TopicFailed, "Topic Describe"),
        new("FindCoordinator of a group", ApiSchemas.FindCoordinator, 3, new FindCoordinatorRequest { Key = Group }, "", GroupFailed, "Group Describe"),
        new("FindCoordinator of a transaction", ApiSchemas.FindCoordinator, 4, new FindCoordinatorRequest { KeyType = 1, CoordinatorKeys = [TransactionalId] }, "", TransactionalIdFailed, "TransactionalId Describe"),
        new("JoinGroup", ApiSchemas.JoinGroup, 5, new JoinGroupRequest { GroupId = Group, SessionTimeoutMs = 10_000, RebalanceTimeoutMs = 10_000, ProtocolType = "consumer", Protocols = [new() { Name = "range" }] }, "Group Describe", GroupFailed, "Group Read", "MemberIdRequired"),
        new("Heartbeat", ApiSchemas.Heartbeat, 4, new HeartbeatRequest { GroupId = Group, MemberId = "x" }, "Group Describe", GroupFailed, "Group Read", "UnknownMemberId"),
        new("LeaveGroup", ApiSchemas.LeaveGroup, 4, new LeaveGroupRequest { GroupId = Group, Members = [new() { MemberId = "x" }] }, "Group Describe", GroupFailed, "Group Read", "UnknownMemberId"),
        new("SyncGroup", ApiSchemas.SyncGroup, 3, new SyncGroupRequest { GroupId = Group, MemberId = "x" }, "Group Describe", GroupFailed, "Group Read", "UnknownMemberId"),
        new("DescribeGroups", ApiSchemas.DescribeGroups, 5, new DescribeGroupsRequest { Groups = [Group] }, "", GroupFailed, "Group Describe"),
        new("CreateTopics", ApiSchemas.CreateTopics, 7, new CreateTopicsRequest { ValidateOnly = true, Topics = [new() { Name = NewTopic, NumPartitions = 1, ReplicationFactor = 1 }] }, "", TopicFailed, "NewTopic Create", "TopicConfig:TopicAuthorizationFailed"),
        new("CreateTopics by the cluster", ApiSchemas.CreateTopics, 7, new CreateTopicsRequest { ValidateOnly = true, Topics = [new() { Name = NewTopic, NumPartitions = 1, ReplicationFactor = 1 }] }, "NewTopic DescribeConfigs", TopicFailed, "Cluster Create"),
        new("DeleteTopics", ApiSchemas.DeleteTopics, 6, new DeleteTopicsRequest { TimeoutMs = 1000, Topics = [new() { Name = NewTopic }] }, "", TopicFailed, "NewTopic Delete", "UnknownTopicOrPartition"),
        new("DeleteTopics by the cluster", ApiSchemas.DeleteTopics, 6, new DeleteTopicsRequest { TimeoutMs = 1000, Topics = [new() { Name = NewTopic }] }, "", TopicFailed, "Cluster Delete", "UnknownTopicOrPartition"),
        new("DeleteRecords", ApiSchemas.DeleteRecords, 2, new DeleteRecordsRequest { TimeoutMs = 1000, Topics = [new() { Name = Topic, Partitions = [new()] }] }, "Topic Write", TopicFailed, "Topic Delete"),
        new("InitProducerId, idempotent", ApiSchemas.InitProducerId, 3, new InitProducerIdRequest(), "EveryTopic Describe", ClusterFailed, "Cluster IdempotentWrite"),
        new("InitProducerId, idempotent, by a topic", ApiSchemas.InitProducerId, 3, new InitProducerIdRequest(), "EveryTopic Describe", ClusterFailed, "NewTopic Write"),
        new("InitProducerId, transactional", ApiSchemas.InitProducerId, 3, new InitProducerIdRequest { TransactionalId = TransactionalId, TransactionTimeoutMs = 60_000, ProducerId = -1, ProducerEpoch = -1 }, "TransactionalId Describe", TransactionalIdFailed, "TransactionalId Write"),
        new("OffsetForLeaderEpoch", ApiSchemas.OffsetForLeaderEpoch, 4, new OffsetForLeaderEpochRequest { ReplicaId = -1, Topics = [new() { Topic = Topic, Partitions = [new() { CurrentLeaderEpoch = -1 }] }] }, "", TopicFailed, "Topic Describe"),
        new("AddPartitionsToTxn, id", ApiSchemas.AddPartitionsToTxn, 3, AddPartitions(), "Topic Write", TransactionalIdFailed, "TransactionalId Write", "InvalidProducerIdMapping"),
        new("AddPartitionsToTxn, topic", ApiSchemas.AddPartitionsToTxn, 3, AddPartitions(), "TransactionalId Write", TopicFailed, "Topic Write", "InvalidProducerIdMapping"),
        new("AddOffsetsToTxn, id", ApiSchemas.AddOffsetsToTxn, 3, AddOffsets(), "Group Read", TransactionalIdFailed, "TransactionalId Write", "InvalidProducerIdMapping"),
        new("AddOffsetsToTxn, group", ApiSchemas.AddOffsetsToTxn, 3, AddOffsets(), "TransactionalId Write", GroupFailed, "Group Read", "InvalidProducerIdMapping"),
        new("EndTxn", ApiSchemas.EndTxn, 3, new EndTxnRequest { TransactionalId = TransactionalId, ProducerId = 1_000_000 }, "TransactionalId Describe", TransactionalIdFailed, "TransactionalId Write", "InvalidProducerIdMapping"),
        new("WriteTxnMarkers", ApiSchemas.WriteTxnMarkers, 1, new WriteTxnMarkersRequest { Markers = [new() { ProducerId = 1_000_000, Topics = [new() { Name = NewTopic, PartitionIndexes = [0] }] }] }, "", ClusterFailed, "Cluster ClusterAction", "UnknownTopicOrPartition"),
        new("TxnOffsetCommit, id", ApiSchemas.TxnOffsetCommit, 3, CommitInTransaction(), "Group Read;Topic Read", TransactionalIdFailed, "TransactionalId Write", "InvalidProducerIdMapping"),
        new("TxnOffsetCommit, group", ApiSchemas.TxnOffsetCommit, 3, CommitInTransaction(), "TransactionalId Write;Topic Read", GroupFailed, "Group Read", "InvalidProducerIdMapping"),
        new("TxnOffsetCommit, topic", ApiSchemas.TxnOffsetCommit, 3, CommitInTransaction(), "TransactionalId Write;Group Read", TopicFailed, "Topic Read", "InvalidProducerIdMapping"),
        new("DescribeAcls", ApiSchemas.DescribeAcls, 3, new DescribeAclsRequest { ResourceTypeFilter = 2, ResourceNameFilter = "none", Operation = 1, PermissionType = 1 }, "", ClusterFailed, "Cluster Describe"),
        new("CreateAcls", ApiSchemas.CreateAcls, 3, new CreateAclsRequest { Creations = [new() { ResourceType = 2, ResourceName = "", ResourcePatternType = 3, Principal = "User:x", Host = "*", Operation = 3, PermissionType = 3 }] }, "Cluster Describe", ClusterFailed, "Cluster Alter", "InvalidRequest"),
        new("DeleteAcls", ApiSchemas.DeleteAcls, 3, new DeleteAclsRequest { Filters = [new() { ResourceTypeFilter = 2, ResourceNameFilter = "none", Operation = 1, PermissionType = 1 }] }, "Cluster Describe", ClusterFailed, "Cluster Alter"),
        new("DescribeConfigs of a topic", ApiSchemas.DescribeConfigs, 4, DescribeConfigs(2, Topic), "Topic Describe", TopicFailed, "Topic DescribeConfigs"),
        new("DescribeConfigs of the broker", ApiSchemas.DescribeConfigs, 4, DescribeConfigs(4, "1"), "Cluster Describe", ClusterFailed, "Cluster DescribeConfigs"),
        new("AlterConfigs of a topic", ApiSchemas.AlterConfigs, 2, new AlterConfigsRequest { ValidateOnly = true, Resources = [new() { ResourceType = 2, ResourceName = Topic }] }, "Topic DescribeConfigs", TopicFailed, "Topic AlterConfigs"),
        new("IncrementalAlterConfigs of a topic", ApiSchemas.IncrementalAlterConfigs, 1, new IncrementalAlterConfigsRequest { ValidateOnly = true, Resources = [new() { ResourceType = 2, ResourceName = Topic }] }, "Topic DescribeConfigs", TopicFailed, "Topic AlterConfigs"),
        new("DescribeLogDirs", ApiSchemas.DescribeLogDirs, 4, new DescribeLogDirsRequest { Topics = [] }, "", ClusterFailed, "Cluster Describe"),
        new("AlterReplicaLogDirs", ApiSchemas.AlterReplicaLogDirs, 2, new AlterReplicaLogDirsRequest { Dirs = [new() { Path = "/authz-none", Topics = [new() { Name = Topic, Partitions = [0] }] }] }, "Cluster Describe", ClusterFailed, "Cluster Alter", "LogDirNotFound"),
        new("CreatePartitions", ApiSchemas.CreatePartitions, 3, new CreatePartitionsRequest { ValidateOnly = true, TimeoutMs = 1000, Topics = [new() { Name = Topic, Count = 2 }] }, "Topic Create", TopicFailed, "Topic Alter"),
        new("DeleteGroups", ApiSchemas.DeleteGroups, 2, new DeleteGroupsRequest { GroupsNames = ["authz-none"] }, "", GroupFailed, "NoGroup Delete", "GroupIdNotFound"),
        new("ElectLeaders", ApiSchemas.ElectLeaders, 2, new ElectLeadersRequest { TimeoutMs = 1000, TopicPartitions = [new() { Topic = Topic, Partitions = [0] }] }, "Cluster Describe", ClusterFailed, "Cluster Alter", "ElectionNotNeeded"),
        new("AlterPartitionReassignments", ApiSchemas.AlterPartitionReassignments, 0, new AlterPartitionReassignmentsRequest { TimeoutMs = 1000, Topics = [] }, "Cluster Describe", ClusterFailed, "Cluster Alter"),
        new("ListPartitionReassignments", ApiSchemas.ListPartitionReassignments, 0, new ListPartitionReassignmentsRequest { TimeoutMs = 1000 }, "", ClusterFailed, "Cluster Describe"),
        new("OffsetDelete, group", ApiSchemas.OffsetDelete, 0, DeleteOffsets(), "Topic Read", GroupFailed, "Group Delete"),
        new("OffsetDelete, topic", ApiSchemas.OffsetDelete, 0, DeleteOffsets(), "Group Delete", TopicFailed, "Topic Read"),
        new("DescribeClientQuotas", ApiSchemas.DescribeClientQuotas, 1, new DescribeClientQuotasRequest(), "Cluster Describe", ClusterFailed, "Cluster DescribeConfigs"),
        new("AlterClientQuotas", ApiSchemas.AlterClientQuotas, 1, new AlterClientQuotasRequest { ValidateOnly = true, Entries = [new() { Entity = [new() { EntityType = "user", EntityName = "x" }], Ops = [new() { Key = "producer_byte_rate", Value = 1 }] }] }, "Cluster DescribeConfigs", ClusterFailed, "Cluster AlterConfigs"),
        new("DescribeUserScramCredentials", ApiSchemas.DescribeUserScramCredentials, 0, new DescribeUserScramCredentialsRequest { Users = [new() { Name = "nobody" }] }, "", ClusterFailed, "Cluster Describe", "ResourceNotFound"),
        new("AlterUserScramCredentials", ApiSchemas.AlterUserScramCredentials, 0, new AlterUserScramCredentialsRequest { Deletions = [new() { Name = "nobody", Mechanism = 1 }] }, "Cluster Describe", ClusterFailed, "Cluster Alter", "ResourceNotFound"),
        new("DescribeQuorum", ApiSchemas.DescribeQuorum, 0, new DescribeQuorumRequest { Topics = [new() { TopicName = "__cluster_metadata", Partitions = [new() { PartitionIndex = 0 }] }] }, "", ClusterFailed, "Cluster Describe"),
        new("UpdateFeatures", ApiSchemas.UpdateFeatures, 1, new UpdateFeaturesRequest { TimeoutMs = 1000, FeatureUpdates = [] }, "Cluster Describe", ClusterFailed, "Cluster Alter"),
        new("DescribeProducers", ApiSchemas.DescribeProducers, 0, new DescribeProducersRequest { Topics = [new() { Name = Topic, PartitionIndexes = [0] }] }, "Topic Describe", TopicFailed, "Topic Read"),
        new("DescribeTransactions", ApiSchemas.DescribeTransactions, 0, new DescribeTransactionsRequest { TransactionalIds = ["authz-none"] }, "", TransactionalIdFailed, "NoTransactionalId Describe", "TransactionalIdNotFound"),
        new("ConsumerGroupHeartbeat, group", ApiSchemas.ConsumerGroupHeartbeat, 0, Heartbeat(), "Topic Describe", GroupFailed, "ConsumerGroup Read"),
        new("ConsumerGroupHeartbeat, topic", ApiSchemas.ConsumerGroupHeartbeat, 0, Heartbeat(), "ConsumerGroup Read", TopicFailed, "Topic Describe"),
        new("ConsumerGroupDescribe", ApiSchemas.ConsumerGroupDescribe, 0, new ConsumerGroupDescribeRequest { GroupIds = ["authz-none"] }, "", GroupFailed, "NoGroup Describe", "GroupIdNotFound"),
        new("ListConfigResources", ApiSchemas.ListConfigResources, 0, new ListConfigResourcesRequest(), "Cluster Describe", ClusterFailed, "Cluster DescribeConfigs"),
        new("DescribeTopicPartitions", ApiSchemas.DescribeTopicPartitions, 0, new DescribeTopicPartitionsRequest { Topics = [new() { Name = Topic }], ResponsePartitionLimit = 10 }, "", TopicFailed, "Topic Describe"),
    ];

    private static OffsetCommitRequest Commit() => new() { GroupId = Group, GenerationIdOrMemberEpoch = -1, Topics = [new() { Name = Topic, Partitions = [new() { CommittedOffset = 1 }] }] };

    private static OffsetFetchRequest Offsets() => new() { GroupId = Group, Topics = [new() { Name = Topic, PartitionIndexes = [0] }] };

    private static OffsetFetchRequest ManyOffsets() => new() { Groups = [new() { GroupId = Group, Topics = [new() { Name = Topic, PartitionIndexes = [0] }] }] };

    private static OffsetDeleteRequest DeleteOffsets() => new() { GroupId = Group, Topics = [new() { Name = Topic, Partitions = [new()] }] };

    private static DescribeConfigsRequest DescribeConfigs(sbyte type, string name) => new() { Resources = [new() { ResourceType = type, ResourceName = name, ConfigurationKeys = ["none"] }] };

    private static AddPartitionsToTxnRequest AddPartitions() =>
        new() { V3AndBelowTransactionalId = TransactionalId, V3AndBelowProducerId = 1_000_000, V3AndBelowTopics = [new() { Name = Topic, Partitions = [0] }] };

    private static AddOffsetsToTxnRequest AddOffsets() => new() { TransactionalId = TransactionalId, ProducerId = 1_000_000, GroupId = Group };

    private static TxnOffsetCommitRequest CommitInTransaction() => new()
    {
        TransactionalId = TransactionalId, GroupId = Group, ProducerId = 1_000_000, GenerationId = -1, Topics = [new() { Name = Topic, Partitions = [new() { CommittedOffset = 1, CommittedLeaderEpoch = -1 }] }],
    };

    private static ConsumerGroupHeartbeatRequest Heartbeat() => new()
    {
        GroupId = "authz-consumers", MemberId = "authz-member", RebalanceTimeoutMs = 10_000, SubscribedTopicNames = [Topic], TopicPartitions = [],
    };
}
