using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

public sealed class KcatTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private static readonly string Lines = string.Concat(Enumerable.Range(0, 100).Select(i => $"key-{i % 7}:the same value again and again {i}\n"));

    private KafkaBroker Broker => running.Broker;

    [Fact]
    public async Task Lists_the_broker_and_its_topics()
    {
        await Kcat.RunAsync(Broker, "one\n", "-P", "-t", "kcat-list");
        var output = await Kcat.RunAsync(Broker, "", "-L");
        Assert.Contains("1 brokers:", output, StringComparison.Ordinal);
        Assert.Contains($"broker 1 at {Broker.BootstrapServers} (controller)", output, StringComparison.Ordinal);
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
        await Kcat.RunAsync(Broker, Lines, "-P", "-t", topic, "-p", "0", "-K:", "-z", codec, "-X", "linger.ms=500");
        var output = await Kcat.RunAsync(Broker, "", "-C", "-t", topic, "-p", "0", "-o", "beginning", "-e", "-q", "-K:");
        Assert.Equal(Lines, output);

        // An old librdkafka sends uncompressed, without a word, to a broker whose versions it does not like.
        Assert.Equal(attribute, await StoredCodecAsync(topic));
    }

    [Fact]
    public async Task Idempotent_producer_is_served()
    {
        await Kcat.RunAsync(Broker, Lines, "-P", "-t", "kcat-idempotent", "-p", "0", "-K:", "-X", "enable.idempotence=true");
        Assert.Equal(Lines, await Kcat.RunAsync(Broker, "", "-C", "-t", "kcat-idempotent", "-p", "0", "-o", "beginning", "-e", "-q", "-K:"));
    }

    [Fact]
    public async Task Queries_offsets_by_time()
    {
        await Kcat.RunAsync(Broker, Lines, "-P", "-t", "kcat-query", "-p", "0");
        Assert.Contains("offset 100", await Kcat.RunAsync(Broker, "", "-Q", "-t", "kcat-query:0:-1"), StringComparison.Ordinal);
        Assert.Contains("offset 0", await Kcat.RunAsync(Broker, "", "-Q", "-t", "kcat-query:0:-2"), StringComparison.Ordinal);
        Assert.Contains("offset 0", await Kcat.RunAsync(Broker, "", "-Q", "-t", "kcat-query:0:1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consumes_in_a_group_and_goes_on_where_the_group_stopped()
    {
        await Kcat.RunAsync(Broker, Lines, "-P", "-t", "kcat-group", "-p", "0", "-K:");
        string[] group = ["-G", "kcat-readers", "-q", "-K:", "-X", "auto.offset.reset=earliest"];
        var first = await Kcat.RunAsync(Broker, "", [.. group, "-c", "60", "kcat-group"]);
        var second = await Kcat.RunAsync(Broker, "", [.. group, "-c", "40", "kcat-group"]);
        Assert.Equal(Lines, first + second);
    }

    private async Task<int> StoredCodecAsync(string topic)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(Broker, cancel);
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
