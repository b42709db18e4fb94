using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>The administration of a cluster that has one node: elections, reassignments, log directories, the quorum, features.</summary>
public sealed class AdminDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("ElectLeaders")]
    public Task Election_of_a_leader_is_not_needed(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(2);
        await kafka.AskAsync<ElectLeadersResponse>(version, new ElectLeadersRequest
        {
            TimeoutMs = 5000,
            TopicPartitions = [Partitions(topic, 0, 1, 7), Partitions(kafka.Name("missing"), 0)],
        });
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Unclean_election_is_not_needed(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<ElectLeadersResponse>(version, new ElectLeadersRequest { ElectionType = 1, TimeoutMs = 5000, TopicPartitions = [Partitions(topic, 0)] });
    });

    [Theory, Versions("ElectLeaders")]
    public Task Election_for_all_partitions_names_none(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var answer = await kafka.TellAsync<ElectLeadersResponse>(version, new ElectLeadersRequest { TimeoutMs = 5000, TopicPartitions = null });
        kafka.Note("own topic", answer.ReplicaElectionResults.Find(one => one.Topic == topic));
        kafka.Note("error", answer.ErrorCode);
    });

    [Fact]
    public Task Election_of_an_unknown_kind() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<ElectLeadersResponse>(2, new ElectLeadersRequest { ElectionType = 7, TimeoutMs = 5000, TopicPartitions = [Partitions(topic, 0)] });
    });

    [Theory, Versions("AlterPartitionReassignments")]
    public Task Reassignment_to_where_it_is(short version) => CompareAsync(kafka => ReassignAsync(kafka, version, 0, [1]));

    [Theory, Versions("AlterPartitionReassignments")]
    public Task Reassignment_that_is_not_there_is_cancelled(short version) => CompareAsync(kafka => ReassignAsync(kafka, version, 0, null));

    [Fact]
    public Task Reassignment_to_a_broker_that_is_not_there() => CompareAsync(kafka => ReassignAsync(kafka, 0, 0, [2]));

    [Fact]
    public Task Reassignment_to_this_broker_and_another() => CompareAsync(kafka => ReassignAsync(kafka, 0, 0, [1, 2]));

    [Fact]
    public Task Reassignment_to_no_broker() => CompareAsync(kafka => ReassignAsync(kafka, 0, 0, []));

    [Fact]
    public Task Reassignment_to_the_same_broker_twice() => CompareAsync(kafka => ReassignAsync(kafka, 0, 0, [1, 1]));

    [Fact]
    public Task Reassignment_to_a_negative_broker() => CompareAsync(kafka => ReassignAsync(kafka, 0, 0, [-1]));

    [Fact]
    public Task Reassignment_of_a_partition_that_is_not_there() => CompareAsync(kafka => ReassignAsync(kafka, 0, 7, [1]));

    [Fact]
    public Task Reassignment_of_a_topic_that_is_not_there() => CompareAsync(kafka =>
        kafka.AskAsync<AlterPartitionReassignmentsResponse>(0, Reassign(kafka.Name("missing"), 0, [1])));

    [Fact]
    public Task Reassignment_that_may_not_change_the_factor() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var request = Reassign(topic, 0, [1]);
        request.AllowReplicationFactorChange = false;
        await kafka.AskAsync<AlterPartitionReassignmentsResponse>(1, request);
    });

    [Fact]
    public Task Reassignments_in_progress_are_none() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<ListPartitionReassignmentsResponse>(0, new ListPartitionReassignmentsRequest { TimeoutMs = 5000, Topics = null });
        await kafka.AskAsync<ListPartitionReassignmentsResponse>(0, new ListPartitionReassignmentsRequest
        {
            TimeoutMs = 5000,
            Topics = [new ListPartitionReassignmentsRequestTopic { Name = topic, PartitionIndexes = [0, 9] }],
        });
    });

    [Theory, Versions("AlterReplicaLogDirs")]
    public Task Replica_is_moved_to_the_directory_it_is_in(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var directories = await kafka.TellAsync<DescribeLogDirsResponse>(4, new DescribeLogDirsRequest { Topics = [] });
        await kafka.AskAsync<AlterReplicaLogDirsResponse>(version, Move(directories.Results[0].LogDir, (topic, 0), (topic, 7), (kafka.Name("missing"), 0)), anyOrder: true);
    });

    [Theory, Versions("AlterReplicaLogDirs")]
    public Task Replica_is_moved_to_a_directory_that_is_not_there(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<AlterReplicaLogDirsResponse>(version, Move("/nowhere", (topic, 0), (kafka.Name("missing"), 0)), anyOrder: true);
        await kafka.AskAsync<AlterReplicaLogDirsResponse>(version, Move("not/absolute", (topic, 0)));
        await kafka.AskAsync<AlterReplicaLogDirsResponse>(version, new AlterReplicaLogDirsRequest());
    });

    [Theory, Versions("DescribeLogDirs")]
    public Task Log_directories_tell_the_partitions_asked_for(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(3);
        await kafka.AskAsync<DescribeLogDirsResponse>(version, new DescribeLogDirsRequest
        {
            Topics = [new DescribeLogDirsRequestTopic { Topic = topic, Partitions = [2, 0, 9] }, new DescribeLogDirsRequestTopic { Topic = kafka.Name("missing"), Partitions = [0] }],
        }, anyOrder: true);
    });

    [Theory, Versions("DescribeLogDirs")]
    public Task Log_directories_of_no_topic(short version) => CompareAsync(kafka =>
        kafka.AskAsync<DescribeLogDirsResponse>(version, new DescribeLogDirsRequest { Topics = [] }));

    [Theory, Versions("DescribeQuorum")]
    public Task Quorum_is_this_node(short version) => CompareAsync(
        kafka => kafka.AskAsync<DescribeQuorumResponse>(version, Quorum("__cluster_metadata", 0)), Known.MetadataLog, Known.ControllerPort(version));

    [Theory, Versions("DescribeQuorum")]
    public Task Quorum_of_another_topic_is_unknown(short version) => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<DescribeQuorumResponse>(version, Quorum("__cluster_metadata", 1));
        await kafka.AskAsync<DescribeQuorumResponse>(version, Quorum(kafka.Name(), 0));
        await kafka.AskAsync<DescribeQuorumResponse>(version, new DescribeQuorumRequest());
    });

    [Theory, Versions("UpdateFeatures", From = 1)]
    public Task Feature_is_set_to_the_level_it_has(short version) => CompareAsync(async kafka =>
    {
        var level = (await kafka.TellAsync<ApiVersionsResponse>(4, ConnectionDifferences.Software)).FinalizedFeatures.Find(feature => feature.Name == "metadata.version")!.MaxVersionLevel;
        await kafka.AskAsync<UpdateFeaturesResponse>(version, Update("metadata.version", level, validateOnly: true));
    });

    [Theory, Versions("UpdateFeatures", From = 1)]
    public Task Feature_that_nobody_knows_is_refused(short version) => CompareAsync(kafka =>
        kafka.AskAsync<UpdateFeaturesResponse>(version, Update("no.such.feature", 1, validateOnly: true)), Known.FeatureMessages);

    [Theory, Versions("UpdateFeatures", From = 1)]
    public Task Feature_is_set_to_a_level_that_is_not_there(short version) => CompareAsync(kafka =>
        kafka.AskAsync<UpdateFeaturesResponse>(version, Update("metadata.version", 999, validateOnly: true)), Known.FeatureMessages);

    [Theory, Versions("UpdateFeatures", From = 1)]
    public Task Feature_is_named_twice(short version) => CompareAsync(kafka =>
    {
        var request = Update("metadata.version", 25, validateOnly: true);
        request.FeatureUpdates.Add(new UpdateFeaturesRequestFeatureUpdate { Feature = "metadata.version", MaxVersionLevel = 24 });
        return kafka.AskAsync<UpdateFeaturesResponse>(version, request);
    }, Known.FeatureMessages);

    [Theory, Versions("UpdateFeatures")]
    public Task No_feature_is_updated(short version) => CompareAsync(kafka => kafka.AskAsync<UpdateFeaturesResponse>(version, new UpdateFeaturesRequest { ValidateOnly = version > 0 }));

    [Theory, Versions("DescribeCluster")]
    public Task Cluster_is_described(short version) => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<DescribeClusterResponse>(version, new DescribeClusterRequest());
        await kafka.AskAsync<DescribeClusterResponse>(version, new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true });
    });

    [Theory, Versions("DescribeCluster", From = 1)]
    public Task Controllers_are_not_described_by_a_broker(short version) => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<DescribeClusterResponse>(version, new DescribeClusterRequest { EndpointType = 2 });
        await kafka.AskAsync<DescribeClusterResponse>(version, new DescribeClusterRequest { EndpointType = 9 });
    });

    [Fact]
    public Task Fenced_brokers_are_included() => CompareAsync(kafka => kafka.AskAsync<DescribeClusterResponse>(2, new DescribeClusterRequest { IncludeFencedBrokers = true }));

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(0)]
    public Task Resources_with_settings_of_one_type(sbyte type) => CompareAsync(kafka =>
        kafka.AskAsync<ListConfigResourcesResponse>(1, new ListConfigResourcesRequest { ResourceTypes = [type] }));

    [Fact]
    public Task Resources_with_settings_of_several_types() => CompareAsync(async kafka =>
    {
        await kafka.AskAsync<ListConfigResourcesResponse>(1, new ListConfigResourcesRequest { ResourceTypes = [8, 4, 16] });
        await kafka.AskAsync<ListConfigResourcesResponse>(1, new ListConfigResourcesRequest { ResourceTypes = [4, 4] });
        await kafka.AskAsync<ListConfigResourcesResponse>(1, new ListConfigResourcesRequest { ResourceTypes = [4, 77] });
    });

    [Fact]
    public Task Resources_with_settings_of_clients_metrics_are_none() => CompareAsync(kafka =>
        kafka.AskAsync<ListConfigResourcesResponse>(0, new ListConfigResourcesRequest()));

    [Fact]
    public Task Topics_are_among_the_resources_with_settings() => CompareAsync(async kafka =>
    {
        var topics = new[] { await kafka.CreateTopicAsync(1, "b"), await kafka.CreateTopicAsync(1, "a") };
        var answer = await kafka.TellAsync<ListConfigResourcesResponse>(1, new ListConfigResourcesRequest { ResourceTypes = [2] });
        kafka.Note("own topics", answer.ConfigResources.Where(one => topics.Contains(one.ResourceName)).OrderBy(one => one.ResourceName, StringComparer.Ordinal).ToList());
    });

    private static async Task ReassignAsync(Conversation kafka, short version, int partition, List<int>? replicas)
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<AlterPartitionReassignmentsResponse>(version, Reassign(topic, partition, replicas));
    }

    private static AlterPartitionReassignmentsRequest Reassign(string topic, int partition, List<int>? replicas) => new()
    {
        TimeoutMs = 5000,
        Topics =
        [
            new AlterPartitionReassignmentsRequestTopic
            {
                Name = topic,
                Partitions = [new AlterPartitionReassignmentsRequestPartition { PartitionIndex = partition, Replicas = replicas }],
            },
        ],
    };

    private static ElectLeadersRequestTopicPartition Partitions(string topic, params int[] partitions) => new() { Topic = topic, Partitions = [.. partitions] };

    private static AlterReplicaLogDirsRequest Move(string path, params (string Topic, int Partition)[] replicas) => new()
    {
        Dirs =
        [
            new AlterReplicaLogDirsRequestDir
            {
                Path = path,
                Topics = [.. replicas.GroupBy(one => one.Topic).Select(one => new AlterReplicaLogDirsRequestTopic { Name = one.Key, Partitions = [.. one.Select(replica => replica.Partition)] })],
            },
        ],
    };

    private static DescribeQuorumRequest Quorum(string topic, int partition) => new()
    {
        Topics = [new DescribeQuorumRequestTopic { TopicName = topic, Partitions = [new DescribeQuorumRequestPartition { PartitionIndex = partition }] }],
    };

    private static UpdateFeaturesRequest Update(string feature, short level, bool validateOnly) => new()
    {
        ValidateOnly = validateOnly,
        FeatureUpdates = [new UpdateFeaturesRequestFeatureUpdate { Feature = feature, MaxVersionLevel = level }],
    };
}
