using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Settings of topics and of the broker: described, altered, refused.</summary>
public sealed class ConfigDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    private const sbyte Topic = 2, Broker = 4, Logger = 8, Metrics = 16;

    [Theory, Versions("DescribeConfigs")]
    public Task Settings_of_a_topic_with_synonyms(short version) => CompareAsync(
        async kafka =>
        {
            var topic = await kafka.CreateTopicAsync(1, "topic", ("retention.ms", "1000"), ("cleanup.policy", "compact,delete"));
            var answer = await kafka.TellAsync<DescribeConfigsResponse>(version, Describe(Topic, topic, null, synonyms: true));
            answer.Results[0].Configs = [.. answer.Results[0].Configs.Where(config => config.Name is not ("segment.bytes" or "min.insync.replicas" or "index.interval.bytes")).OrderBy(config => config.Name, StringComparer.Ordinal)];
            kafka.Note("settings", answer);
        });

    [Theory, Versions("DescribeConfigs")]
    public Task Settings_of_a_topic_by_name(short version) => CompareAsync(async kafka =>
        await kafka.AskAsync<DescribeConfigsResponse>(version, Describe(Topic, await kafka.CreateTopicAsync(), ["retention.ms", "no.such", "max.message.bytes"]), anyOrder: true));

    [Fact]
    public Task No_settings_of_a_topic_are_all() => CompareAsync(async kafka =>
    {
        var answer = await kafka.TellAsync<DescribeConfigsResponse>(4, Describe(Topic, await kafka.CreateTopicAsync(), []));
        kafka.Note("names", answer.Results[0].Configs.Select(config => config.Name).Order(StringComparer.Ordinal).ToList());
    });

    [Theory]
    [InlineData(2, "missing-topic-of-nobody")]
    [InlineData(2, "not legal!")]
    [InlineData(2, "")]
    [InlineData(4, "2")]
    [InlineData(4, "x")]
    [InlineData(8, "2")]
    [InlineData(8, "")]
    [InlineData(16, "no-such-subscription")]
    [InlineData(16, "")]
    [InlineData(32, "")]
    [InlineData(0, "x")]
    [InlineData(1, "x")]
    [InlineData(77, "x")]
    public Task Settings_of_something_that_is_not_there(sbyte type, string name) => CompareAsync(kafka =>
        kafka.AskAsync<DescribeConfigsResponse>(4, Describe(type, name, ["any"])));

    [Fact]
    public Task Settings_are_asked_for_twice() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var request = Describe(Topic, topic, ["retention.ms"]);
        request.Resources.Add(Describe(Topic, topic, ["retention.ms"]).Resources[0]);
        await kafka.AskAsync<DescribeConfigsResponse>(4, request);
    });

    [Theory]
    [InlineData("compression.type")]
    [InlineData("fetch.max.bytes")]
    [InlineData("group.max.session.timeout.ms")]
    [InlineData("group.min.session.timeout.ms")]
    [InlineData("log.cleaner.min.cleanable.ratio")]
    [InlineData("log.cleanup.policy")]
    [InlineData("log.message.timestamp.type")]
    [InlineData("log.retention.bytes")]
    [InlineData("log.retention.hours")]
    [InlineData("log.retention.minutes")]
    [InlineData("log.retention.ms")]
    [InlineData("log.roll.hours")]
    [InlineData("log.roll.ms")]
    [InlineData("log.segment.delete.delay.ms")]
    [InlineData("message.max.bytes")]
    [InlineData("offset.metadata.max.bytes")]
    [InlineData("offsets.retention.minutes")]
    [InlineData("process.roles")]
    [InlineData("socket.request.max.bytes")]
    [InlineData("connections.max.idle.ms")]
    [InlineData("default.replication.factor")]
    [InlineData("unclean.leader.election.enable")]
    [InlineData("no.such.setting")]
    public Task Setting_of_the_broker(string name) => CompareAsync(kafka =>
        kafka.AskAsync<DescribeConfigsResponse>(4, Describe(Broker, "1", [name], synonyms: true)));

    [Theory, Versions("IncrementalAlterConfigs")]
    public Task Settings_are_set_and_deleted(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(version, Alter(Topic, topic, ("retention.ms", 0, "5000"), ("max.message.bytes", 0, "2000")));
        await SettledAsync(kafka, topic, "retention.ms", "5000");
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(version, Alter(Topic, topic, ("retention.ms", 1, null), ("segment.ms", 1, null)));
        await SettledAsync(kafka, topic, "retention.ms", "604800000");
    });

    [Fact]
    public Task Items_are_appended_to_a_list_and_subtracted() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(Topic, topic, ("cleanup.policy", 2, "compact")));
        await SettledAsync(kafka, topic, "cleanup.policy", "delete,compact");
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(Topic, topic, ("cleanup.policy", 2, "compact")));
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(Topic, topic, ("cleanup.policy", 3, "delete")));
        await SettledAsync(kafka, topic, "cleanup.policy", "compact");
    });

    [Theory]
    [InlineData("retention.ms", 0, "x")]
    [InlineData("retention.ms", 0, null)]
    [InlineData("retention.ms", 2, "1")]
    [InlineData("retention.ms", 3, "1")]
    [InlineData("retention.ms", 9, "1")]
    [InlineData("no.such.setting", 0, "1")]
    [InlineData("no.such.setting", 1, null)]
    [InlineData("cleanup.policy", 2, "shred")]
    [InlineData("cleanup.policy", 3, "delete")]
    [InlineData("cleanup.policy", 0, "")]
    [InlineData("cleanup.policy", 0, "delete, compact")]
    [InlineData("cleanup.policy", 0, "delete,delete")]
    [InlineData("", 0, "1")]
    [InlineData("min.insync.replicas", 0, " 1 ")]
    [InlineData("unclean.leader.election.enable", 0, "TRUE")]
    [InlineData("log.retention.ms", 0, "1")]
    public Task Change_of_a_setting_is_checked(string name, sbyte operation, string? value) => CompareAsync(async kafka =>
    {
        var request = Alter(Topic, await kafka.CreateTopicAsync(), (name, operation, value));
        request.ValidateOnly = true;
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, request);
    });

    [Fact]
    public Task Setting_is_changed_twice_in_one_request() => CompareAsync(async kafka =>
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(Topic, await kafka.CreateTopicAsync(), ("retention.ms", 0, "1"), ("retention.ms", 0, "2"))));

    [Fact]
    public Task Topic_is_changed_twice_in_one_request() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var request = Alter(Topic, topic, ("retention.ms", 0, "1000"));
        request.Resources.Add(Alter(Topic, topic, ("retention.ms", 0, "2000")).Resources[0]);
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, request);
    });

    [Theory]
    [InlineData(2, "missing-topic-of-nobody")]
    [InlineData(2, "not legal!")]
    [InlineData(4, "2")]
    [InlineData(4, "x")]
    [InlineData(8, "2")]
    [InlineData(0, "x")]
    [InlineData(77, "x")]
    public Task Something_that_is_not_there_is_changed(sbyte type, string name) => CompareAsync(kafka =>
        kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(type, name, ("retention.ms", 0, "1000"))));

    [Theory]
    [InlineData("1", "node.id", "7")]
    [InlineData("1", "num.partitions", "7")]
    [InlineData("", "auto.create.topics.enable", "false")]
    [InlineData("1", "log.retention.ms", "x")]
    [InlineData("", "message.max.bytes", "-1")]
    [InlineData("1", "log.retention.hours", "1")]
    [InlineData("1", "log.retention.ms", "86400000")]
    [InlineData("", "log.retention.ms", "86400000")]
    [InlineData("", "log.cleanup.policy", "compact")]
    public Task Change_of_a_setting_of_the_broker_is_checked(string broker, string name, string value) => CompareAsync(kafka =>
    {
        var request = Alter(Broker, broker, (name, 0, value));
        request.ValidateOnly = true;
        return kafka.AskAsync<IncrementalAlterConfigsResponse>(1, request);
    });

    [Theory]
    [InlineData("no.such.setting", "1")]
    [InlineData("num.io.threads", "4")]
    [InlineData("log.retention.ms", "-2")]
    public Task Change_of_a_setting_that_Apache_Kafka_takes_unseen(string name, string value) => CompareAsync(
        kafka =>
        {
            var request = Alter(Broker, "1", (name, 0, value));
            request.ValidateOnly = true;
            return kafka.AskAsync<IncrementalAlterConfigsResponse>(1, request);
        },
        Known.DynamicSettings);

    [Theory]
    [InlineData("preallocate", "true")]
    [InlineData("flush.messages", "10")]
    [InlineData("flush.ms", "10")]
    [InlineData("segment.jitter.ms", "10")]
    [InlineData("compression.type", "zstd")]
    public Task Setting_that_single_nodes_rarely_have(string name, string value) => CompareAsync(async kafka =>
    {
        var request = Alter(Topic, await kafka.CreateTopicAsync(), (name, 0, value));
        request.ValidateOnly = true;
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, request);
    });

    [Fact]
    public Task Subscription_to_metrics_of_clients() => CompareAsync(
        kafka =>
        {
            var request = Alter(Metrics, kafka.Name("subscription"), ("interval.ms", 0, "100"));
            request.ValidateOnly = true;
            return kafka.AskAsync<IncrementalAlterConfigsResponse>(1, request);
        },
        Known.ClientMetrics);

    [Fact]
    public Task Level_of_a_logger_is_changed() => CompareAsync(
        kafka => kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(Logger, "1", ("kafka.server.KafkaApis", 0, "INFO"))), Known.LogLevels);

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public Task Default_of_topics_is_changed_while_the_broker_runs(string broker) => CompareAsync(async kafka =>
    {
        // The log of one topic shows it, and other cases do not look at this setting.
        var topic = await kafka.CreateTopicAsync();
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(Broker, broker, ("log.index.interval.bytes", 0, "8192")));
        await SettledAsync(kafka, topic, "index.interval.bytes", "8192");
        await kafka.AskUntilAsync<DescribeConfigsResponse>(4, Describe(Broker, "1", ["log.index.interval.bytes"], synonyms: true), answer => answer.Results[0].Configs[0].Value == "8192");
        await kafka.AskAsync<DescribeConfigsResponse>(4, Describe(Broker, "", ["log.index.interval.bytes"], synonyms: true));
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, Alter(Broker, broker, ("log.index.interval.bytes", 1, null)));
        await SettledAsync(kafka, topic, "index.interval.bytes", "4096");
    });

    [Theory, Versions("AlterConfigs")]
    public Task Settings_are_replaced(short version) => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync(1, "topic", ("retention.ms", "1000"));
        await kafka.AskAsync<AlterConfigsResponse>(version, Replace(Topic, topic, ("max.message.bytes", "2000")));
        await SettledAsync(kafka, topic, "retention.ms", "604800000");
    });

    [Theory]
    [InlineData(2, "missing-topic-of-nobody", "retention.ms", "1")]
    [InlineData(4, "2", "log.retention.ms", "1")]
    [InlineData(77, "x", "retention.ms", "1")]
    public Task Settings_of_something_that_is_not_there_are_replaced(sbyte type, string resource, string name, string value) => CompareAsync(kafka =>
        kafka.AskAsync<AlterConfigsResponse>(2, Replace(type, resource, (name, value))));

    [Theory]
    [InlineData("retention.ms", "x")]
    [InlineData("retention.ms", null)]
    [InlineData("no.such.setting", "1")]
    public Task Replacement_of_a_setting_is_checked(string name, string? value) => CompareAsync(async kafka =>
        await kafka.AskAsync<AlterConfigsResponse>(2, Replace(Topic, await kafka.CreateTopicAsync(), (name, value))));

    [Fact]
    public Task Replacement_names_a_setting_twice() => CompareAsync(async kafka =>
        await kafka.AskAsync<AlterConfigsResponse>(2, Replace(Topic, await kafka.CreateTopicAsync(), ("retention.ms", "1000"), ("retention.ms", "2000"))));

    [Fact]
    public Task Change_is_only_validated() => CompareAsync(async kafka =>
    {
        var topic = await kafka.CreateTopicAsync();
        var request = Alter(Topic, topic, ("retention.ms", 0, "5000"));
        request.ValidateOnly = true;
        await kafka.AskAsync<IncrementalAlterConfigsResponse>(1, request);
        await SettledAsync(kafka, topic, "retention.ms", "604800000");
    });

    private static Task SettledAsync(Conversation kafka, string topic, string name, string value) => kafka.AskUntilAsync<DescribeConfigsResponse>(
        4, Describe(Topic, topic, [name], synonyms: true), answer => answer.Results[0].Configs.Find(config => config.Name == name)?.Value == value);

    private static DescribeConfigsRequest Describe(sbyte type, string name, List<string>? keys, bool synonyms = false) => new()
    {
        Resources = [new DescribeConfigsRequestResource { ResourceType = type, ResourceName = name, ConfigurationKeys = keys }],
        IncludeSynonyms = synonyms,
    };

    private static IncrementalAlterConfigsRequest Alter(sbyte type, string name, params (string Name, sbyte Operation, string? Value)[] configs) => new()
    {
        Resources =
        [
            new IncrementalAlterConfigsRequestResource
            {
                ResourceType = type,
                ResourceName = name,
                Configs = [.. configs.Select(config => new IncrementalAlterConfigsRequestConfig { Name = config.Name, ConfigOperation = config.Operation, Value = config.Value })],
            },
        ],
    };

    private static AlterConfigsRequest Replace(sbyte type, string name, params (string Name, string? Value)[] configs) => new()
    {
        Resources =
        [
            new AlterConfigsRequestResource
            {
                ResourceType = type,
                ResourceName = name,
                Configs = [.. configs.Select(config => new AlterConfigsRequestConfig { Name = config.Name, Value = config.Value })],
            },
        ],
    };
}
