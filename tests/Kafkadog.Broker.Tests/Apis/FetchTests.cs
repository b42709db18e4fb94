using System.Diagnostics;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Apis;

public sealed class FetchTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private const int Forever = 60_000;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetch_at_the_end_waits_and_is_woken_by_an_append()
    {
        using var reader = await ConnectAsync();
        using var writer = await ConnectAsync();
        await writer.CreateAsync("fetch-wakes", 1, Cancel);
        var parked = reader.FetchAsync(ApiClient.Fetch("fetch-wakes", 0, Forever), Cancel);
        var batch = ApiClient.Batch(3);
        var started = Stopwatch.GetTimestamp();
        await writer.ProduceAsync("fetch-wakes", batch, Cancel);
        var partition = await parked;
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "only the append can have woken it");
        Assert.Equal(batch.Length, partition.Records!.Value.Length);
        Assert.Equal((3, 3, 0), (partition.HighWatermark, partition.LastStableOffset, partition.LogStartOffset));
        Assert.Null(partition.AbortedTransactions);
    }

    [Fact]
    public async Task Fetch_waits_until_min_bytes_or_max_wait()
    {
        using var reader = await ConnectAsync();
        using var writer = await ConnectAsync();
        await writer.CreateAsync("fetch-min", 1, Cancel);
        var batch = ApiClient.Batch(1);
        var parked = reader.FetchAsync(ApiClient.Fetch("fetch-min", 0, Forever, minBytes: batch.Length + 1), Cancel);
        await writer.ProduceAsync("fetch-min", batch, Cancel);

        // One batch is too little: the second one ends the wait.
        await writer.ProduceAsync("fetch-min", batch, Cancel);
        Assert.Equal(2 * batch.Length, (await parked).Records!.Value.Length);

        var waited = Stopwatch.StartNew();
        Assert.Equal(0, (await reader.FetchAsync(ApiClient.Fetch("fetch-min", 2, maxWaitMs: 300), Cancel)).Records!.Value.Length);
        Assert.True(waited.ElapsedMilliseconds >= 290, $"answered after {waited.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task Parked_fetch_is_answered_when_its_topic_is_deleted()
    {
        using var reader = await ConnectAsync();
        using var admin = await ConnectAsync();
        await admin.CreateAsync("fetch-deleted", 1, Cancel);
        var parked = reader.FetchAsync(ApiClient.Fetch("fetch-deleted", 0, Forever), Cancel);
        await admin.AskAsync<DeleteTopicsResponse>(ApiSchemas.DeleteTopics, 5, new DeleteTopicsRequest { TopicNames = ["fetch-deleted"] }, Cancel);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await parked).ErrorCode);
    }

    [Fact]
    public async Task Parked_fetch_is_released_when_the_broker_stops()
    {
        var broker = await KafkaBroker.StartAsync(RunningBroker.Options, Cancel);
        using var reader = await WireClient.ConnectAsync(broker, Cancel);
        await reader.CreateAsync("fetch-stop", 1, Cancel);
        var parked = reader.FetchAsync(ApiClient.Fetch("fetch-stop", 0, Forever), Cancel);

        var stopping = Stopwatch.StartNew();
        await broker.DisposeAsync();
        Assert.True(stopping.Elapsed < TimeSpan.FromSeconds(20), "a parked fetch held up the stop");
        try
        {
            Assert.Equal((ErrorCode.None, 0), ((await parked).ErrorCode, (await parked).Records!.Value.Length));
        }
        catch (IOException)
        {
            // The broker stopped before it had read the request: the connection was closed instead.
        }
    }

    [Fact]
    public async Task First_batch_comes_even_if_larger_than_every_limit_and_nothing_after_it()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("fetch-large", 2, Cancel);
        var batch = ApiClient.Batch(1, valueBytes: 50_000);
        for (var partition = 0; partition < 2; partition++)
        {
            await client.ProduceAsync("fetch-large", batch, Cancel, partition);
            await client.ProduceAsync("fetch-large", batch, Cancel, partition);
        }

        var request = ApiClient.Fetch("fetch-large", 0, Forever);
        request.MaxBytes = 100;
        request.Topics[0].Partitions.Add(new FetchRequestPartition { Partition = 1, PartitionMaxBytes = 100 });
        request.Topics[0].Partitions[0].PartitionMaxBytes = 100;
        var response = await client.AskAsync<FetchResponse>(ApiSchemas.Fetch, 11, request, Cancel);
        Assert.Equal([batch.Length, 0], response.Responses[0].Partitions.Select(partition => partition.Records!.Value.Length));
    }

    [Fact]
    public async Task Offset_within_a_batch_returns_the_whole_batch_and_beyond_the_ends_is_out_of_range()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("fetch-range", 1, Cancel);
        await client.ProduceAsync("fetch-range", ApiClient.Batch(5), Cancel);
        var inside = await client.FetchAsync(ApiClient.Fetch("fetch-range", 3, 0), Cancel);
        Assert.Equal(0, new RecordBatch(inside.Records!.Value.Memory.Span).BaseOffset);
        var end = await client.FetchAsync(ApiClient.Fetch("fetch-range", 5, 0), Cancel);
        Assert.Equal((ErrorCode.None, 0), (end.ErrorCode, end.Records!.Value.Length));
        var beyond = await client.FetchAsync(ApiClient.Fetch("fetch-range", 6, Forever), Cancel);
        Assert.Equal((ErrorCode.OffsetOutOfRange, -1), (beyond.ErrorCode, beyond.HighWatermark));
    }

    [Fact]
    public async Task Topics_are_found_by_id_and_a_session_begins()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("fetch-ids", 1, Cancel);
        await client.ProduceAsync("fetch-ids", ApiClient.Batch(1), Cancel);
        var metadata = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [new MetadataRequestTopic { Name = "fetch-ids" }] }, Cancel);
        var request = ApiClient.Fetch("", 0, Forever);
        request.Topics[0].TopicId = metadata.Topics[0].TopicId;
        request.SessionEpoch = 0;
        var response = await client.AskAsync<FetchResponse>(ApiSchemas.Fetch, 17, request, Cancel);
        Assert.Equal(metadata.Topics[0].TopicId, response.Responses[0].TopicId);
        Assert.NotEqual(0, response.SessionId);
        Assert.NotEqual(0, response.Responses[0].Partitions[0].Records!.Value.Length);

        request.Topics[0].TopicId = Guid.NewGuid();
        Assert.Equal(ErrorCode.UnknownTopicId, (await client.FetchAsync(request, Cancel, version: 17)).ErrorCode);

        request.SessionEpoch = 1;
        var stale = await client.AskAsync<FetchResponse>(ApiSchemas.Fetch, 17, request, Cancel);
        Assert.Equal(ErrorCode.FetchSessionIdNotFound, stale.ErrorCode);
    }

    [Fact]
    public async Task Leader_epoch_of_the_client_is_compared()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("fetch-epoch", 1, Cancel);
        var request = ApiClient.Fetch("fetch-epoch", 0, Forever);
        request.Topics[0].Partitions[0].CurrentLeaderEpoch = 7;
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, (await client.FetchAsync(request, Cancel)).ErrorCode);
    }

    [Fact]
    public async Task Zstd_is_refused_from_producers_that_cannot_know_it_and_read_by_all()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("fetch-zstd", 1, Cancel);
        var batch = ApiClient.Batch(10, codec: CompressionCodec.Zstd);
        Assert.Equal(ErrorCode.UnsupportedCompressionType, (await client.ProduceAsync("fetch-zstd", batch, Cancel, version: 6)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await client.ProduceAsync("fetch-zstd", batch, Cancel, version: 7)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await client.FetchAsync(ApiClient.Fetch("fetch-zstd", 0, 0), Cancel, version: 9)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await client.FetchAsync(ApiClient.Fetch("fetch-zstd", 0, 0), Cancel, version: 10)).ErrorCode);
    }

    private Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(running.Broker, Cancel);
}
