using System.Globalization;
using System.Text.RegularExpressions;
using Kafkadog.Broker.Coordination;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Storage;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Differential;
using Kafkadog.Broker.Tests.Server;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Tools;

/// <summary><c>kafka-dump-log</c> reads our segments, indexes and internal records, and says the same of them as of Apache Kafka's.</summary>
public sealed partial class DumpLogTests(ApacheKafka apacheKafka, ApacheKafkaTools tools) : IClassFixture<ApacheKafkaTools>, IAsyncLifetime
{
    private const long Time = 1_700_000_000_000;
    private const int Batches = 30, BatchBytes = 40_000, InternalPartitions = 50;

    private readonly TemporaryDirectory _folder = new();
    private readonly string _topic = $"dump-{Guid.NewGuid():N}"[..12];
    private KafkaBroker? _broker;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await KafkaBroker.StartAsync(new BrokerOptions { Port = 0, DataDirectory = _folder.Path }, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _broker!.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Segments_and_indexes_are_dumped_like_those_of_Apache_Kafka()
    {
        await apacheKafka.StartAsync();
        var ours = await FilledAsync(_broker!.Port);
        var theirs = await FilledAsync(apacheKafka.Port);
        foreach (var (file, options) in ((string, string[])[])
            [
                ("00000000000000000000.log", ["--deep-iteration", "--print-data-log"]), ("00000000000000000000.index", []), ("00000000000000000000.index", ["--index-sanity-check"]),
                ("00000000000000000000.timeindex", []),
            ])
        {
            Assert.Equal(await DumpAsync(Path.Combine(theirs, file), options), await DumpAsync(Path.Combine(ours, file), options));
        }
    }

    [Fact]
    public async Task Committed_offset_is_decoded()
    {
        var group = $"{_topic}-group";
        using var client = await WireClient.ConnectAsync(_broker!.Port, Cancel);
        await Apis.ApiClient.CreateAsync(client, _topic, 1, Cancel);
        var commit = new OffsetCommitRequest
        {
            GroupId = group,
            GenerationIdOrMemberEpoch = -1,
            Topics = [new OffsetCommitRequestTopic { Name = _topic, Partitions = [new OffsetCommitRequestPartition { CommittedOffset = 42, CommittedMetadata = "note" }] }],
        };
        var committed = await client.AskAsync<OffsetCommitResponse>(ApiSchemas.OffsetCommit, 8, commit, Cancel);
        Assert.Equal(ErrorCode.None, committed.Topics[0].Partitions[0].ErrorCode);
        var dumps = new List<string>();
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*.log", SearchOption.AllDirectories).Where(file => file.Contains("__consumer_offsets-", StringComparison.Ordinal) && new FileInfo(file).Length > 0))
        {
            dumps.Add(await DumpAsync(file, ["--offsets-decoder"]));
        }

        var dump = Assert.Single(dumps);
        Assert.Contains($"\"group\":\"{group}\",\"topic\":\"{_topic}\",\"partition\":0", dump, StringComparison.Ordinal);
        Assert.Contains("\"offset\":42", dump, StringComparison.Ordinal);
        Assert.Contains("\"metadata\":\"note\"", dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_of_a_consumer_group_are_those_of_Apache_Kafka()
    {
        await apacheKafka.StartAsync();
        var (theirs, ours) = (await RecordsAsync(apacheKafka.Port), await RecordsAsync(_broker!.Port));
        Assert.True(theirs == ours, $"here:\n{ours}\nApache Kafka:\n{theirs}");

        async Task<string> RecordsAsync(int port)
        {
            await using var kafka = new Conversation(port, _topic, Cancel);
            var group = new ConsumerGroupSteps(kafka, kafka.Name("members"));
            var topic = await group.TopicAsync(2, "assigned");
            var joined = await group.AskAsync(group.Join("m", topic));
            await kafka.TellAsync<OffsetCommitResponse>(9, await group.CommitAsync(9, topic, "m", joined.MemberEpoch));
            await group.AskAsync(group.Beat("m", -1));
            return await InternalAsync(kafka, TopicNames.ConsumerOffsets, group.GroupId, "--offsets-decoder");
        }
    }

    [Fact]
    public async Task Records_of_a_transaction_are_those_of_Apache_Kafka()
    {
        await apacheKafka.StartAsync();
        var (theirs, ours) = (await RecordsAsync(apacheKafka.Port), await RecordsAsync(_broker!.Port));
        Assert.True(theirs == ours, $"here:\n{ours}\nApache Kafka:\n{theirs}");

        async Task<string> RecordsAsync(int port)
        {
            await using var kafka = new Conversation(port, _topic, Cancel);
            var topic = await kafka.CreateTopicAsync(1, "written");
            var producer = await TransactionSteps.StartedAsync(kafka);
            await producer.AddAsync(topic);
            await producer.EndAsync(commit: false);
            await producer.UntilAsync("CompleteAbort");
            await producer.ProduceAsync(topic, 0);
            await producer.EndAsync(commit: true, 5);
            await producer.UntilAsync("CompleteCommit");
            return await InternalAsync(kafka, TopicNames.TransactionState, producer.TransactionalId, "--transaction-log-decoder");
        }
    }

    /// <summary>The records about one group or transactional id, with what every broker makes up for itself replaced.</summary>
    private async Task<string> InternalAsync(Conversation kafka, string topic, string id, string decoder)
    {
        var directories = await kafka.TellAsync<DescribeLogDirsResponse>(4, new DescribeLogDirsRequest { Topics = [] });
        var partition = string.Create(CultureInfo.InvariantCulture, $"{topic}-{JavaHash.Partition(id, InternalPartitions)}");
        var dump = await DumpAsync(Path.Combine(directories.Results[0].LogDir, partition, "00000000000000000000.log"), [decoder]);
        var records = dump.Split('\n').Where(line => line.Contains($"\"{id}\"", StringComparison.Ordinal)).Select(line => line[line.IndexOf("key: ", StringComparison.Ordinal)..]);

        // See docs/deviations.md: the version of committed offsets. Of a field that is null Apache Kafka writes that it is null.
        return MadeUp().Replace(string.Join('\n', records), "?").Replace(",\"classicMemberMetadata\":null", "", StringComparison.Ordinal)
            .Replace("\"version\":\"4\",\"data\":{\"offset\"", "\"version\":\"3\",\"data\":{\"offset\"", StringComparison.Ordinal)
            .Replace("?,\"topicId\":\"?\"}", "?}", StringComparison.Ordinal);
    }

    [GeneratedRegex("(?<=\"topicId\":\")[^\"]+|(?<=\"(metadataHash|commitTimestamp|assignmentTimestamp|producerId|transactionLastUpdateTimestampMs|transactionStartTimestampMs|previousProducerId)\":)-?\\d+")]
    private static partial Regex MadeUp();

    /// <summary>Fills more than one segment with the same bytes, and tells the folder of the partition.</summary>
    private async Task<string> FilledAsync(int port)
    {
        await using var kafka = new Conversation(port, _topic, Cancel);
        var topic = await kafka.CreateTopicAsync(1, "topic", ("segment.bytes", "1048576"));
        for (var batch = 0; batch < Batches; batch++)
        {
            var records = RecordBatchWriter.Write([new Record(Time + batch, "key"u8.ToArray(), new byte[BatchBytes / 2]), new Record(Time + batch, null, new byte[BatchBytes / 2])]);
            var produced = await kafka.TellAsync<ProduceResponse>(9, Apis.ApiClient.Produce(topic, records));
            Assert.Equal(ErrorCode.None, produced.Responses[0].PartitionResponses[0].ErrorCode);
        }

        var directories = await kafka.TellAsync<DescribeLogDirsResponse>(4, new DescribeLogDirsRequest { Topics = [] });
        return Path.Combine(directories.Results[0].LogDir, $"{topic}-0");
    }

    private async Task<string> DumpAsync(string file, string[] options)
    {
        var result = await tools.RunAsync(Tool.DumpLog, "", ["--files", file, .. options], Cancel);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result.Output.Replace(file, Path.GetFileName(file), StringComparison.Ordinal);
    }
}
