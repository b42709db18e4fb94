using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Making, growing, deleting and describing topics.</summary>
public sealed class TopicDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    [Theory, Versions("CreateTopics")]
    public Task Topic_is_created(short version) => CompareAsync(
        kafka => kafka.AskAsync<CreateTopicsResponse>(version, Create(kafka.Name(), 2, 1, ("retention.ms", "1000"), ("cleanup.policy", "compact"))), Segments(version));

    [Theory, Versions("CreateTopics", From = 4)]
    public Task Topic_is_created_with_the_defaults_of_the_broker(short version) => CompareAsync(
        kafka => kafka.AskAsync<CreateTopicsResponse>(version, Create(kafka.Name(), -1, -1)), Segments(version));

    [Theory, Versions("CreateTopics")]
    public Task Topic_that_exists_is_refused(short version) => CompareAsync(async kafka =>
        await kafka.AskAsync<CreateTopicsResponse>(version, Create(await kafka.CreateTopicAsync(), 1, 1)));

    [Theory, Versions("CreateTopics")]
    public Task Topic_is_only_validated(short version) => CompareAsync(
        async kafka =>
        {
            var request = Create(kafka.Name(), 3, 1);
            request.ValidateOnly = true;
            await kafka.AskAsync<CreateTopicsResponse>(version, request);
            await kafka.AskAsync<MetadataResponse>(12, Named(kafka.Name()));
        },
        Segments(version));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("with space")]
    [InlineData("a/b")]
    [InlineData("ä")]
    [InlineData("__consumer_offsets ")]
    [InlineData("250")]
    public Task Name_of_a_topic_is_checked(string name) => CompareAsync(kafka =>
        kafka.AskAsync<CreateTopicsResponse>(7, Create(name == "250" ? new string('x', 250) : name, 1, 1)));

    [Fact]
    public Task Names_that_collide_are_refused() => CompareAsync(async kafka =>
    {
        await kafka.CreateTopicAsync(1, "with.dot");
        await kafka.AskAsync<CreateTopicsResponse>(7, Create(kafka.Name("with_dot"), 1, 1));
    });

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-2, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -2)]
    [InlineData(1, 2)]
    [InlineData(1, 3)]
    [InlineData(-1, 2)]
    public Task Count_of_partitions_and_replicas_is_checked(int partitions, short replicas) => CompareAsync(kafka =>
        kafka.AskAsync<CreateTopicsResponse>(7, Create(kafka.Name(), partitions, replicas)));

    [Theory]
    [InlineData("no.such.config", "1")]
    [InlineData("retention.ms", "x")]
    [InlineData("retention.ms", "-2")]
    [InlineData("retention.ms", "")]
    [InlineData("cleanup.policy", "shred")]
    [InlineData("cleanup.policy", "compact,shred")]
    [InlineData("compression.type", "rar")]
    [InlineData("segment.bytes", "1")]
    [InlineData("segment.ms", "0")]
    [InlineData("min.cleanable.dirty.ratio", "2")]
    [InlineData("min.cleanable.dirty.ratio", "x")]
    [InlineData("min.insync.replicas", "0")]
    [InlineData("max.message.bytes", "99999999999")]
    [InlineData("max.message.bytes", "-1")]
    [InlineData("message.timestamp.type", "Now")]
    [InlineData("preallocate", "maybe")]
    [InlineData("unclean.leader.election.enable", "yes")]
    [InlineData("min.compaction.lag.ms", "-1")]
    [InlineData("max.compaction.lag.ms", "0")]
    [InlineData("compression.gzip.level", "10")]
    [InlineData("compression.lz4.level", "0")]
    [InlineData("compression.zstd.level", "23")]
    [InlineData("local.retention.ms", "-3")]
    [InlineData("flush.messages", "0")]
    [InlineData("file.delete.delay.ms", "-1")]
    [InlineData("segment.index.bytes", "3")]
    [InlineData("index.interval.bytes", "-1")]
    [InlineData("delete.retention.ms", "1.5")]
    [InlineData("leader.replication.throttled.replicas", "nonsense")]
    [InlineData("message.timestamp.before.max.ms", "-1")]
    [InlineData("segment.jitter.ms", "-1")]
    [InlineData("remote.storage.enable", "2")]
    [InlineData("remote.storage.enable", "true")]
    public Task Setting_of_a_topic_is_checked(string name, string value) => CompareAsync(kafka =>
        kafka.AskAsync<CreateTopicsResponse>(7, Create(kafka.Name(), 1, 1, (name, value))));

    [Fact]
    public Task Lags_of_compaction_that_contradict_are_refused() => CompareAsync(kafka =>
        kafka.AskAsync<CreateTopicsResponse>(7, Create(kafka.Name(), 1, 1, ("min.compaction.lag.ms", "100"), ("max.compaction.lag.ms", "10"))));

    [Fact]
    public Task Setting_without_a_value_is_refused() => CompareAsync(kafka =>
        kafka.AskAsync<CreateTopicsResponse>(7, Create(kafka.Name(), 1, 1, ("retention.ms", null))));

    [Fact]
    public Task Topic_named_twice_is_refused_once() => CompareAsync(kafka =>
    {
        var request = Create(kafka.Name(), 1, 1);
        request.Topics.Add(Create(kafka.Name(), 2, 1).Topics[0]);
        return kafka.AskAsync<CreateTopicsResponse>(7, request);
    });

    [Fact]
    public Task No_topic_is_created() => CompareAsync(kafka => kafka.AskAsync<CreateTopicsResponse>(7, new CreateTopicsRequest()));

    [Theory]
    [InlineData("0:1")]
    [InlineData("0:1 1:1")]
    [InlineData("1:1 0:1")]
    [InlineData("1:1")]
    [InlineData("0:1 2:1")]
    [InlineData("0:2")]
    [InlineData("0:")]
    [InlineData("0:1,1")]
    [InlineData("0:1 0:1")]
    [InlineData("0:1 1:1,2")]
    [InlineData("0:-1")]
    public Task Replicas_are_assigned_by_hand(string assignment) => CompareAsync(
        kafka =>
        {
            var request = Create(kafka.Name(), -1, -1);
            request.Topics[0].Assignments = Assignment(assignment);
            return kafka.AskAsync<CreateTopicsResponse>(4, request);
        });

    [Theory]
    [InlineData(1, -1)]
    [InlineData(-1, 1)]
    public Task Replicas_assigned_by_hand_exclude_counts(int partitions, short replicas) => CompareAsync(kafka =>
    {
        var request = Create(kafka.Name(), partitions, replicas);
        request.Topics[0].Assignments = Assignment("0:1");
        return kafka.AskAsync<CreateTopicsResponse>(7, request);
    });

    [Theory, Versions("DeleteTopics")]
    public Task Topic_is_deleted(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<DeleteTopicsResponse>(version, Delete(version, topic, kafka.Name("missing")), anyOrder: true);
        await kafka.AskUntilAsync<MetadataResponse>(12, Named(topic), answer => answer.Topics[0].ErrorCode != ErrorCode.None);
    });

    [Fact]
    public Task Topic_is_deleted_by_id() => CompareAsync(async kafka =>
    {
        var id = await kafka.TopicIdAsync(await kafka.CreateTopicAsync());
        await kafka.AskAsync<DeleteTopicsResponse>(6, new DeleteTopicsRequest { TimeoutMs = 5000, Topics = [new DeleteTopicsRequestTopic { TopicId = id }] });
        await kafka.AskAsync<DeleteTopicsResponse>(6, new DeleteTopicsRequest { TimeoutMs = 5000, Topics = [new DeleteTopicsRequestTopic { TopicId = id }] });
    });

    [Fact]
    public Task Topic_to_delete_is_named_by_name_and_id() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var id = await kafka.TopicIdAsync(topic);
        await kafka.AskAsync<DeleteTopicsResponse>(6, new DeleteTopicsRequest { TimeoutMs = 5000, Topics = [new DeleteTopicsRequestTopic { Name = topic, TopicId = id }] });
    });

    [Fact]
    public Task Topic_to_delete_has_neither_name_nor_id() => CompareAsync(kafka =>
        kafka.AskAsync<DeleteTopicsResponse>(6, new DeleteTopicsRequest { TimeoutMs = 5000, Topics = [new DeleteTopicsRequestTopic()] }));

    [Fact]
    public Task Topic_is_to_be_deleted_twice_in_one_request() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<DeleteTopicsResponse>(6, new DeleteTopicsRequest { TimeoutMs = 5000, Topics = [new DeleteTopicsRequestTopic { Name = topic }, new DeleteTopicsRequestTopic { Name = topic }] });
    });

    [Fact]
    public Task Topic_is_to_be_deleted_by_name_and_again_by_id() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var id = await kafka.TopicIdAsync(topic);
        await kafka.AskAsync<DeleteTopicsResponse>(6, new DeleteTopicsRequest { TimeoutMs = 5000, Topics = [new DeleteTopicsRequestTopic { Name = topic }, new DeleteTopicsRequestTopic { TopicId = id }] }, anyOrder: true);
    });

    [Theory, Versions("CreatePartitions")]
    public Task Topic_grows(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<CreatePartitionsResponse>(version, Grow(topic, 3));
        await kafka.AskUntilAsync<MetadataResponse>(12, Named(topic), answer => answer.Topics[0].Partitions.Count == 3);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    public Task Topic_does_not_shrink(int count) => CompareAsync(async kafka =>
        await kafka.AskAsync<CreatePartitionsResponse>(3, Grow(await kafka.CreateTopicAsync(2), count)));

    [Fact]
    public Task Topic_that_is_not_there_does_not_grow() => CompareAsync(kafka => kafka.AskAsync<CreatePartitionsResponse>(3, Grow(kafka.Name(), 3)));

    [Theory]
    [InlineData("0:1 0:1")]
    [InlineData("0:1")]
    [InlineData("0:1 0:2")]
    [InlineData("0: 0:")]
    [InlineData("0:1,1 0:1,1")]
    [InlineData("0:1 0:1 0:1")]
    public Task New_partitions_are_assigned_by_hand(string assignment) => CompareAsync(async kafka =>
    {
        var request = Grow(await kafka.CreateTopicAsync(), 3);
        request.Topics[0].Assignments = Assignment(assignment).ConvertAll(one => new CreatePartitionsRequestAssignment { BrokerIds = one.BrokerIds });
        await kafka.AskAsync<CreatePartitionsResponse>(3, request);
    });

    [Fact]
    public Task Growth_is_only_validated() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var request = Grow(topic, 3);
        request.ValidateOnly = true;
        await kafka.AskAsync<CreatePartitionsResponse>(3, request);
        await kafka.AskAsync<MetadataResponse>(12, Named(topic));
    });

    [Fact]
    public Task Growth_is_asked_for_twice() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var request = Grow(topic, 3);
        request.Topics.Add(Grow(topic, 4).Topics[0]);
        await kafka.AskAsync<CreatePartitionsResponse>(3, request);
    });

    [Theory, Versions("Metadata")]
    public Task Metadata_of_a_topic(short version) => CompareAsync(async kafka =>
        await kafka.AskAsync<MetadataResponse>(version, Named(await kafka.CreateTopicAsync(3))));

    [Theory, Versions("Metadata", From = 4)]
    public Task Metadata_of_topics_that_are_not_there(short version) => CompareAsync(kafka =>
    {
        var request = Named(kafka.Name("missing"));
        request.Topics!.Add(new MetadataRequestTopic { Name = "not legal!" });
        return kafka.AskAsync<MetadataResponse>(version, request, anyOrder: true);
    });

    [Theory, Versions("Metadata", From = 8)]
    public Task Metadata_with_the_operations_a_client_may_do(short version) => CompareAsync(async kafka =>
    {
        var request = Named(await kafka.CreateTopicAsync());
        request.IncludeTopicAuthorizedOperations = true;
        request.IncludeClusterAuthorizedOperations = version <= 10;
        await kafka.AskAsync<MetadataResponse>(version, request);
    });

    [Theory, Versions("Metadata", From = 1)]
    public Task Metadata_of_no_topic(short version) => CompareAsync(kafka => kafka.AskAsync<MetadataResponse>(version, new MetadataRequest { Topics = [] }));

    [Theory, Versions("Metadata", From = 12)]
    public Task Metadata_by_id(short version) => CompareAsync(async kafka =>
    {
        var id = await kafka.TopicIdAsync(await kafka.CreateTopicAsync());
        await kafka.AskAsync<MetadataResponse>(version, new MetadataRequest { Topics = [new MetadataRequestTopic { TopicId = id }] });
        await kafka.AskAsync<MetadataResponse>(version, new MetadataRequest { Topics = [new MetadataRequestTopic { TopicId = new Guid("00000000-0000-4000-8000-000000000099") }] });
    });

    [Fact]
    public Task Metadata_by_id_before_that_was_possible() => CompareAsync(async kafka =>
    {
        var id = await kafka.TopicIdAsync(await kafka.CreateTopicAsync());
        await kafka.AskAsync<MetadataResponse>(11, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = "x", TopicId = id }] });
    });

    [Fact]
    public Task Metadata_by_name_and_id() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var id = await kafka.TopicIdAsync(topic);
        await kafka.AskAsync<MetadataResponse>(12, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = topic, TopicId = id }] });
    });

    [Fact]
    public Task Metadata_of_a_topic_with_neither_name_nor_id() => CompareAsync(kafka =>
        kafka.AskAsync<MetadataResponse>(12, new MetadataRequest { Topics = [new MetadataRequestTopic()] }));

    [Fact]
    public Task Metadata_of_a_topic_asked_for_twice() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<MetadataResponse>(12, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = topic }, new MetadataRequestTopic { Name = topic }] });
    });

    [Fact]
    public Task Topic_is_made_because_a_client_asks_for_it() => CompareAsync(async kafka =>
    {
        var request = Named(kafka.Name());
        request.AllowAutoTopicCreation = true;
        await kafka.AskUntilAsync<MetadataResponse>(12, request, answer => answer.Topics[0].ErrorCode == ErrorCode.None);
    });

    [Fact]
    public Task Internal_topic_is_told_as_such() => CompareAsync(async kafka =>
    {
        var commit = new OffsetCommitRequest
        {
            GroupId = kafka.Name("group"),
            GenerationIdOrMemberEpoch = -1,
            Topics = [new OffsetCommitRequestTopic { Name = await kafka.CreateTopicAsync(), Partitions = [new OffsetCommitRequestPartition()] }],
        };
        await kafka.TellUntilAsync<OffsetCommitResponse>(7, commit, done => done.Topics[0].Partitions[0].ErrorCode == ErrorCode.None);
        var answer = await kafka.TellUntilAsync<MetadataResponse>(12, Named("__consumer_offsets"), found => found.Topics[0].ErrorCode == ErrorCode.None);
        kafka.Note("is internal", answer.Topics[0].IsInternal);
        kafka.Note("partitions", answer.Topics[0].Partitions.Count);
    });

    [Fact]
    public Task Pages_of_partitions() => CompareAsync(async kafka =>
    {
        var (a, b) = (await kafka.CreateTopicAsync(3, "a"), await kafka.CreateTopicAsync(2, "b"));
        var request = Pages(2, b, a, kafka.Name("c-missing"));
        for (var page = 0; page < 4; page++)
        {
            var answer = await kafka.AskAsync<DescribeTopicPartitionsResponse>(0, request);
            if (answer.NextCursor is not { } next)
            {
                break;
            }

            request.Cursor = new DescribeTopicPartitionsRequestCursor { TopicName = next.TopicName, PartitionIndex = next.PartitionIndex };
        }
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public Task Page_has_a_limit(int limit) => CompareAsync(async kafka =>
        await kafka.AskAsync<DescribeTopicPartitionsResponse>(0, Pages(limit, await kafka.CreateTopicAsync(3), kafka.Name("zzz"))));

    [Theory]
    [InlineData("a", 1)]
    [InlineData("a", 9)]
    [InlineData("a", -1)]
    [InlineData("b", 0)]
    [InlineData("zzz", 0)]
    public Task Page_begins_at_its_cursor(string what, int partition) => CompareAsync(async kafka =>
    {
        var request = Pages(10, await kafka.CreateTopicAsync(3, "a"), await kafka.CreateTopicAsync(1, "c"));
        request.Cursor = new DescribeTopicPartitionsRequestCursor { TopicName = kafka.Name(what), PartitionIndex = partition };
        await kafka.AskAsync<DescribeTopicPartitionsResponse>(0, request);
    });

    [Fact]
    public Task Partitions_of_topics_that_are_not_there() => CompareAsync(kafka =>
        kafka.AskAsync<DescribeTopicPartitionsResponse>(0, Pages(10, kafka.Name("missing"), "not legal!")));

    private static KnownDifference[] Segments(short version) => version >= 5 ? [Known.SegmentBytes] : [];

    private static CreateTopicsRequest Create(string topic, int partitions, short replicas, params (string Name, string? Value)[] configs) => new()
    {
        Topics =
        [
            new CreateTopicsRequestTopic
            {
                Name = topic,
                NumPartitions = partitions,
                ReplicationFactor = replicas,
                Configs = [.. configs.Select(config => new CreateTopicsRequestConfig { Name = config.Name, Value = config.Value })],
            },
        ],
    };

    private static List<CreateTopicsRequestAssignment> Assignment(string text) =>
        [.. text.Split(' ').Select(one => one.Split(':')).Select(one => new CreateTopicsRequestAssignment
        {
            PartitionIndex = int.Parse(one[0], System.Globalization.CultureInfo.InvariantCulture),
            BrokerIds = [.. one[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture))],
        })];

    private static DeleteTopicsRequest Delete(short version, params string[] names) => version >= 6
        ? new() { TimeoutMs = 5000, Topics = [.. names.Select(name => new DeleteTopicsRequestTopic { Name = name })] }
        : new() { TimeoutMs = 5000, TopicNames = [.. names] };

    private static CreatePartitionsRequest Grow(string topic, int count) => new()
    {
        TimeoutMs = 5000,
        Topics = [new CreatePartitionsRequestTopic { Name = topic, Count = count, Assignments = null }],
    };

    private static MetadataRequest Named(string topic) => new() { Topics = [new MetadataRequestTopic { Name = topic }], AllowAutoTopicCreation = false };

    private static DescribeTopicPartitionsRequest Pages(int limit, params string[] topics) => new()
    {
        ResponsePartitionLimit = limit,
        Topics = [.. topics.Select(topic => new DescribeTopicPartitionsRequestTopic { Name = topic })],
    };
}
