using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Apis;

public sealed class ProduceTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Offsets_go_up_and_stored_batches_are_the_bytes_that_came()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("produce-offsets", 1, Cancel);
        var batch = ApiClient.Batch(4);
        Assert.Equal((ErrorCode.None, 0, 0), Told(await client.ProduceAsync("produce-offsets", batch, Cancel)));
        Assert.Equal((ErrorCode.None, 4, 0), Told(await client.ProduceAsync("produce-offsets", batch, Cancel, acks: 1)));
        var stored = (await client.FetchAsync(ApiClient.Fetch("produce-offsets", 4, 0), Cancel)).Records!.Value.Memory;
        Assert.Equal(batch[RecordBatch.MagicAt..], stored[RecordBatch.MagicAt..].ToArray());
    }

    [Fact]
    public async Task Acks_zero_has_no_answer_and_an_error_closes_the_connection()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("produce-acks", 1, Cancel);
        var frame = WireClient.Frame(ApiSchemas.Produce, 9, 77, ApiClient.Produce("produce-acks", ApiClient.Batch(1), acks: 0));
        await client.SendAsync(frame, Cancel);

        // The next answer on the connection is that of the next request.
        var metadata = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 9, new MetadataRequest { Topics = [] }, Cancel);
        Assert.Single(metadata.Brokers);
        await client.SendAsync(WireClient.Frame(ApiSchemas.Produce, 9, 78, ApiClient.Produce("no-such-topic", ApiClient.Batch(1), acks: 0)), Cancel);
        Assert.Null(await client.ReceiveAsync(Cancel));
    }

    [Fact]
    public async Task Repeated_batch_of_an_idempotent_producer_is_answered_with_its_first_offset()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("produce-idempotent", 1, Cancel);
        var producer = await client.AskAsync<InitProducerIdResponse>(ApiSchemas.InitProducerId, 4, new InitProducerIdRequest(), Cancel);
        Assert.Equal((ErrorCode.None, 0), (producer.ErrorCode, producer.ProducerEpoch));
        var first = ApiClient.Batch(3, producer: new BatchProducer(producer.ProducerId, 0, 0));
        var second = ApiClient.Batch(2, producer: new BatchProducer(producer.ProducerId, 0, 3));
        var gap = ApiClient.Batch(2, producer: new BatchProducer(producer.ProducerId, 0, 9));
        Assert.Equal((ErrorCode.None, 0, 0), Told(await client.ProduceAsync("produce-idempotent", first, Cancel)));
        Assert.Equal((ErrorCode.None, 3, 0), Told(await client.ProduceAsync("produce-idempotent", second, Cancel)));
        Assert.Equal((ErrorCode.None, 0, 0), Told(await client.ProduceAsync("produce-idempotent", first, Cancel)));
        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await client.ProduceAsync("produce-idempotent", gap, Cancel)).ErrorCode);
    }

    [Fact]
    public async Task Bad_batches_are_refused_one_by_one()
    {
        using var client = await ConnectAsync();
        await client.CreateAsync("produce-bad", 1, Cancel);
        var good = ApiClient.Batch(1);
        var corrupt = good.ToArray();
        corrupt[^1] ^= 1;
        Assert.Equal(ErrorCode.CorruptMessage, (await client.ProduceAsync("produce-bad", corrupt, Cancel)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRecord, (await client.ProduceAsync("produce-bad", [.. good, .. good], Cancel)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRecord, (await client.ProduceAsync("produce-bad", [], Cancel)).ErrorCode);
        Assert.Equal(ErrorCode.MessageTooLarge, (await client.ProduceAsync("produce-bad", ApiClient.Batch(1, valueBytes: 2_000_000), Cancel)).ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await client.ProduceAsync("produce-bad", good, Cancel, partition: 9)).ErrorCode);
        Assert.Equal(ErrorCode.InvalidRequiredAcks, (await client.ProduceAsync("produce-bad", good, Cancel, acks: 2)).ErrorCode);
        Assert.Equal((ErrorCode.None, 0, 0), Told(await client.ProduceAsync("produce-bad", good, Cancel)));
    }

    private static (ErrorCode Error, long BaseOffset, long LogStartOffset) Told(ProduceResponsePartition partition) =>
        (partition.ErrorCode, partition.BaseOffset, partition.LogStartOffset);

    private Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(running.Broker, Cancel);
}
