using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>kcat, the command-line client of librdkafka: Debian's is an old librdkafka, with older versions of the requests.</summary>
public abstract class KcatConformance(KafkaTarget target)
{
    private static readonly string Lines = string.Concat(Enumerable.Range(0, 100).Select(i => $"key-{i % 7}:the same value again and again {i}\n"));

    [Fact]
    public async Task Lists_the_broker_and_its_topics()
    {
        await RunAsync("one\n", "-P", "-t", "kcat-list");
        var output = await RunAsync("", "-L");
        Assert.Contains("1 brokers:", output, StringComparison.Ordinal);
        Assert.Contains($"broker 1 at {target.Servers} (controller)", output, StringComparison.Ordinal);
        Assert.Contains("topic \"kcat-list\" with 1 partitions:", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", 0)]
    [InlineData("gzip", 1)]
    [InlineData("snappy", 2)]
    [InlineData("lz4", 3)]
    [InlineData("zstd", 4)]
    public async Task Produces_and_consumes_in_every_codec_and_the_codec_is_stored(string codec, int attribute)
    {
        var topic = $"kcat-{codec}";
        await CreateAsync(topic, partitions: 1);

        // One batch of all: it ends the wait itself when it has read all. A batch that would not shrink is sent as it is.
        await RunAsync(Lines, "-P", "-t", topic, "-p", "0", "-K:", "-z", codec, "-X", "linger.ms=10000");
        var output = await RunAsync("", "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-K:");
        Assert.Equal(Lines, output);

        // An old librdkafka sends uncompressed, without a word, to a broker whose versions it does not like.
        Assert.Equal(attribute, await StoredCodecAsync(topic));
    }

    [Fact]
    public async Task Idempotent_producer_is_served()
    {
        await RunAsync(Lines, "-P", "-t", "kcat-idempotent", "-p", "0", "-K:", "-X", "enable.idempotence=true");
        Assert.Equal(Lines, await RunAsync("", "-C", "-t", "kcat-idempotent", "-p", "0", "-o", "beginning", "-e", "-q", "-K:"));
    }

    [Fact]
    public async Task Queries_offsets_by_time()
    {
        await RunAsync(Lines, "-P", "-t", "kcat-query", "-p", "0");
        Assert.Contains("offset 100", await RunAsync("", "-Q", "-t", "kcat-query:0:-1"), StringComparison.Ordinal);
        Assert.Contains("offset 0", await RunAsync("", "-Q", "-t", "kcat-query:0:-2"), StringComparison.Ordinal);
        Assert.Contains("offset 0", await RunAsync("", "-Q", "-t", "kcat-query:0:1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consumes_in_a_group_and_goes_on_where_the_group_stopped()
    {
        await RunAsync(Lines, "-P", "-t", "kcat-group", "-p", "0", "-K:");
        string[] group = ["-G", "kcat-readers", "-q", "-K:", "-X", "auto.offset.reset=earliest"];
        var first = await RunAsync("", [.. group, "-c", "60", "kcat-group"]);
        var second = await RunAsync("", [.. group, "-c", "40", "kcat-group"]);
        Assert.Equal(Lines, first + second);
    }

    [Fact]
    public async Task Member_takes_over_when_the_other_leaves_and_a_restarted_one_goes_on()
    {
        const string Topic = "kcat-rebalance";
        await CreateAsync(Topic, partitions: 2);
        await RunAsync(Lines, "-P", "-t", Topic, "-K:");
        string[] member = ["-b", target.Servers, "-u", "-G", "kcat-pair", "-X", "auto.offset.reset=earliest", "-X", "heartbeat.interval.ms=300", Topic];
        await using var first = ClientProcess.Start("kcat", member);
        await first.UntilAsync(line => Assigned(line) == 2);
        await using var second = ClientProcess.Start("kcat", member);
        await second.UntilAsync(line => Assigned(line) == 1);
        await first.UntilAsync(line => Assigned(line) == 1);

        await second.InterruptAsync();
        await first.UntilAsync(line => Assigned(line) == 2);
        await RunAsync("taken over 0\n", "-P", "-t", Topic, "-p", "0");
        await RunAsync("taken over 1\n", "-P", "-t", Topic, "-p", "1");
        var some = await first.UntilAsync(line => line.StartsWith("taken over", StringComparison.Ordinal));
        var other = await first.UntilAsync(line => line.StartsWith("taken over", StringComparison.Ordinal));
        Assert.NotEqual(some, other);

        // It commits when it leaves.
        await first.InterruptAsync();
        await RunAsync("after the restart\n", "-P", "-t", Topic, "-p", "0");
        var resumed = await RunAsync("", "-G", "kcat-pair", "-q", "-X", "auto.offset.reset=earliest", "-c", "1", Topic);
        Assert.Equal("after the restart\n", resumed);
    }

    [Fact]
    public async Task Writing_to_an_internal_topic_is_refused()
    {
        // A group makes the offsets topic.
        await RunAsync("one\n", "-P", "-t", "kcat-internal", "-p", "0");
        await RunAsync("", "-G", "kcat-internal", "-q", "-X", "auto.offset.reset=earliest", "-c", "1", "kcat-internal");
        await using var producer = ClientProcess.Start("kcat", "-b", target.Servers, "-P", "-t", "__consumer_offsets", "-p", "0", "-l", "/etc/hostname");
        await producer.UntilAsync(line => line.Contains("Broker: Invalid topic", StringComparison.Ordinal));
    }

    private static int Assigned(string line) => line.Contains("assigned: ", StringComparison.Ordinal) ? line.Count(c => c == '[') : -1;

    private async Task CreateAsync(string topic, int partitions)
    {
        await RunAsync("", "-L");
        using var client = await WireClient.ConnectAsync(target.Port, TestContext.Current.CancellationToken);
        await client.CreateAsync(topic, partitions, TestContext.Current.CancellationToken);
    }

    private async Task<string> RunAsync(string input, params string[] arguments)
    {
        Assert.SkipUnless(ClientProcess.IsInstalled("kcat"), "kcat is not installed (apt-get install kcat).");
        await target.StartAsync();
        return await ClientProcess.RunAsync("kcat", input, ["-b", target.Servers, .. arguments]);
    }

    private async Task<int> StoredCodecAsync(string topic)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(target.Port, cancel);
        var request = new FetchRequest
        {
            MaxWaitMs = 1000,
            MinBytes = 1,
            Topics = [new FetchRequestTopic { Topic = topic, Partitions = [new FetchRequestPartition { PartitionMaxBytes = 1 }] }],
        };
        var response = await client.AskAsync<FetchResponse>(ApiSchemas.Fetch, 11, request, cancel);
        var partition = response.Responses[0].Partitions[0];
        Assert.Equal(ErrorCode.None, partition.ErrorCode);
        return new RecordBatch(partition.Records!.Value.Memory.Span).Codec;
    }
}

public sealed class KcatOnKafkadogTests(EmbeddedTarget target) : KcatConformance(target), IClassFixture<EmbeddedTarget>;

public sealed class KcatOnApacheKafkaTests(ApacheKafka target) : KcatConformance(target);
