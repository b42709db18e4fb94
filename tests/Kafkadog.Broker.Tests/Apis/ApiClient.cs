using System.Text;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Tests.Server;
using Record = Kafkadog.Broker.Protocol.Records.Record;

namespace Kafkadog.Broker.Tests.Apis;

/// <summary>The requests the tests of single APIs share.</summary>
internal static class ApiClient
{
    /// <summary>A batch whose records are one millisecond apart.</summary>
    public static byte[] Batch(int records, int valueBytes = 10, CompressionCodec codec = CompressionCodec.None, BatchProducer? producer = null)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return RecordBatchWriter.Write(
            [.. Enumerable.Range(0, records).Select(at => new Record(now + at, Encoding.UTF8.GetBytes($"key-{at}"), new byte[valueBytes]))],
            codec,
            producer);
    }

    public static async Task CreateAsync(this WireClient client, string topic, int partitions, CancellationToken cancel)
    {
        var request = new CreateTopicsRequest { Topics = [new CreateTopicsRequestTopic { Name = topic, NumPartitions = partitions, ReplicationFactor = 1 }] };
        var response = await client.AskAsync<CreateTopicsResponse>(ApiSchemas.CreateTopics, 7, request, cancel);
        Assert.Equal(ErrorCode.None, Assert.Single(response.Topics).ErrorCode);
    }

    public static ProduceRequest Produce(string topic, byte[] batch, int partition = 0, short acks = -1) => new()
    {
        Acks = acks,
        TimeoutMs = 10_000,
        TopicData =
        [
            new ProduceRequestTopic { Name = topic, PartitionData = [new ProduceRequestPartition { Index = partition, Records = new RecordData(batch) }] },
        ],
    };

    public static async Task<ProduceResponsePartition> ProduceAsync(
        this WireClient client, string topic, byte[] batch, CancellationToken cancel, int partition = 0, short acks = -1, short version = 9)
    {
        var response = await client.AskAsync<ProduceResponse>(ApiSchemas.Produce, version, Produce(topic, batch, partition, acks), cancel);
        return response.Responses.Single().PartitionResponses.Single();
    }

    public static FetchRequest Fetch(string topic, long offset, int maxWaitMs, int minBytes = 1, int partition = 0) => new()
    {
        MaxWaitMs = maxWaitMs,
        MinBytes = minBytes,
        Topics =
        [
            new FetchRequestTopic
            {
                Topic = topic,
                Partitions = [new FetchRequestPartition { Partition = partition, FetchOffset = offset, PartitionMaxBytes = 1 << 20 }],
            },
        ],
    };

    public static async Task<FetchResponsePartition> FetchAsync(this WireClient client, FetchRequest request, CancellationToken cancel, short version = 11)
    {
        var response = await client.AskAsync<FetchResponse>(ApiSchemas.Fetch, version, request, cancel);
        return response.Responses.Single().Partitions.Single();
    }
}
