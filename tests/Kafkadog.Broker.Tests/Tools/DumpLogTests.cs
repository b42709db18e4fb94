using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Differential;
using Kafkadog.Broker.Tests.Server;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Tools;

/// <summary><c>kafka-dump-log</c> reads our segments, indexes and internal records, and says the same of them as of Apache Kafka's.</summary>
public sealed class DumpLogTests(ApacheKafka apacheKafka, ApacheKafkaTools tools) : IClassFixture<ApacheKafkaTools>, IAsyncLifetime
{
    private const long Time = 1_700_000_000_000;
    private const int Batches = 30, BatchBytes = 40_000;

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
