using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Tests.Storage;

public sealed class TopicRegistryTests : StorageTest
{
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public async Task Illegal_names_are_refused(string name) =>
        Assert.Equal(ErrorCode.InvalidTopicException, (await OpenAsync()).Topics.Create(name, 1).Error);

    [Fact]
    public async Task Longest_name_works_with_its_directory_and_one_more_is_refused()
    {
        var storage = await OpenAsync();
        Assert.Equal(ErrorCode.InvalidTopicException, storage.Topics.Create(new string('a', 250), 1).Error);
        var log = CreateLog(storage, new string('a', 249));
        Assert.Equal(ErrorCode.None, (await AppendAsync(log, Batch())).Error);
        Assert.Equal(ErrorCode.None, storage.Topics.Delete(new string('a', 249)).Error);
        Assert.Null(log.Failure);
    }

    [Fact]
    public async Task Creation_is_checked_and_validate_only_creates_nothing()
    {
        var topics = (await OpenAsync()).Topics;
        Assert.Equal(ErrorCode.None, topics.Create("a.b", 3, validateOnly: true).Error);
        Assert.Empty(topics.All);
        Assert.Equal(ErrorCode.None, topics.Create("a.b", 3).Error);
        Assert.Equal(ErrorCode.TopicAlreadyExists, topics.Create("a.b", 3).Error);
        Assert.Equal(ErrorCode.InvalidTopicException, topics.Create("a_b", 3).Error);
        Assert.Equal(ErrorCode.InvalidPartitions, topics.Create("c", 0).Error);
        Assert.Equal(ErrorCode.InvalidPartitions, topics.Create("c", TopicRegistry.MaxPartitionsPerTopic + 1).Error);
        Assert.Equal(ErrorCode.InvalidConfig, topics.Create("c", 1, Config("no.such.key", "1")).Error);
        Assert.Equal(ErrorCode.InvalidConfig, topics.Create("c", 1, Config("retention.ms", "soon")).Error);
        Assert.Equal(ErrorCode.InvalidConfig, topics.Create("c", 1, Config("segment.bytes", "1000")).Error);
        var refused = topics.Create("c", 1, Config("remote.storage.enable", "true"));
        Assert.Equal(ErrorCode.InvalidConfig, refused.Error);
        Assert.Contains("Tiered Storage functionality is disabled", refused.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Topics_ids_growth_and_configs_survive_a_restart(bool clean)
    {
        var storage = await OpenAsync();
        var id = storage.Topics.Create("orders", 2, Config("retention.ms", "1000")).Topic!.Id;
        storage.Topics.Create("gone", 1);
        Assert.Equal(ErrorCode.None, storage.Topics.CreatePartitions("orders", 4).Error);
        Assert.Equal(ErrorCode.InvalidPartitions, storage.Topics.CreatePartitions("orders", 4).Error);
        Assert.Equal(ErrorCode.None, storage.Topics.AlterConfigs("orders", [new("segment.ms", ConfigOperation.Set, "5000")]).Error);
        Assert.Equal(ErrorCode.None, storage.Topics.Delete("gone").Error);
        var directory = Data;
        if (clean)
            await storage.DisposeAsync();
        else
            directory = CopyAsKilled();

        storage = await OpenAsync(directory);
        var topic = Assert.Single(storage.Topics.All);
        Assert.Equal((id, 4), (topic.Id, topic.Partitions.Count));
        Assert.Equal((1000, 5000), (topic.Config.RetentionMs, topic.Config.SegmentMs));
        Assert.True(storage.Topics.TryGet(id, out var byId));
        Assert.Same(topic, byId);
        Assert.Null(storage.Topics.Partition("orders", 4));
    }

    [Fact]
    public async Task Deleted_and_recreated_topic_has_a_new_id_and_no_records()
    {
        var storage = await OpenAsync();
        var log = CreateLog(storage);
        await AppendManyAsync(log, batches: 3);
        log.Flush();
        storage.WriteCheckpoints();
        Assert.Equal(ErrorCode.None, storage.Topics.Delete("orders").Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await AppendAsync(log, Batch())).Error);
        CreateLog(storage, "forever", (TopicConfigs.FileDeleteDelayMs, "9223372036854775807"));
        Assert.Equal(ErrorCode.None, storage.Topics.Delete("forever").Error);
        var again = CreateLog(storage);
        Assert.NotEqual(log.TopicId, again.TopicId);
        Assert.Equal(0, again.LogEndOffset);
        Assert.Single(Directory.GetDirectories(Data, "orders-0*-delete"));
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(Directory.GetDirectories(Data, "orders-0*-delete"));

        var reopened = (await OpenAsync(CopyAsKilled())).Topics.Partition("orders", 0)!;
        Assert.Null(reopened.Failure);
        Assert.Equal(0, reopened.LogEndOffset);
    }

    [Fact]
    public async Task Incremental_changes_set_delete_append_and_subtract()
    {
        var storage = await OpenAsync(configure: o => o with { BrokerConfigs = Config("log.retention.hours", "2") });
        var topics = storage.Topics;
        topics.Create("orders", 1);
        TopicConfig Current() => topics.TryGet("orders", out var t) ? t.Config : throw new InvalidOperationException();
        Assert.Equal(7_200_000, Current().RetentionMs);

        Assert.Equal(ErrorCode.None, topics.AlterConfigs("orders", [new("cleanup.policy", ConfigOperation.Append, "compact"), new("retention.ms", ConfigOperation.Set, "5")]).Error);
        Assert.True(Current() is { IsCompacted: true, IsDeletedByRetention: true, RetentionMs: 5 });
        Assert.Same(Current(), topics.Partition("orders", 0)!.Config);
        var entry = Current().Describe(TopicConfigs.All["retention.ms"]);
        // As in Apache Kafka, settings of the broker in another unit are not among the synonyms.
        Assert.Equal([("retention.ms", "5", ConfigSource.DynamicTopic)],
            entry.Synonyms.Select(s => (s.Name, s.Value, s.Source)));

        Assert.Equal(ErrorCode.None, topics.AlterConfigs("orders", [new("cleanup.policy", ConfigOperation.Subtract, "delete"), new("retention.ms", ConfigOperation.Delete, null)]).Error);
        Assert.True(Current() is { IsCompacted: true, IsDeletedByRetention: false, RetentionMs: 7_200_000 });
        Assert.Equal(ErrorCode.InvalidConfig, topics.AlterConfigs("orders", [new("retention.ms", ConfigOperation.Append, "5")]).Error);
        Assert.Equal(ErrorCode.InvalidRequest, topics.AlterConfigs("orders", [new("retention.ms", ConfigOperation.Set, null)]).Error);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, topics.AlterConfigs("none", []).Error);
        Assert.Equal(ErrorCode.None, topics.AlterConfigs("orders", [new("retention.ms", ConfigOperation.Set, "9")], replaceAll: true).Error);
        Assert.True(Current() is { IsCompacted: false, RetentionMs: 9 });
    }

    [Fact]
    public void Every_setting_of_Apache_Kafka_has_its_default_and_is_described()
    {
        var defaults = new TopicConfig(Config("retention.ms", "604800000"), new Dictionary<string, string>());
        var described = defaults.Describe().ToDictionary(e => e.Definition.Name, e => e.Value, StringComparer.Ordinal);
        Assert.Equal(33, described.Count);
        Assert.All(TopicConfigs.All.Values, d => Assert.Null(d.Problem(d.Default)));
        Assert.All(TopicConfigs.All.Values, d => Assert.NotEmpty(d.Documentation));
    }

    private static Dictionary<string, string> Config(string name, string value) => new(StringComparer.Ordinal) { [name] = value };
}
