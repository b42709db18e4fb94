using System.Globalization;
using Kafkadog.Benchmarks.Orders;
using Kafkadog.Broker;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;

namespace Kafkadog.Benchmarks.BrokerLimits;

/// <summary>
/// What a Produce and a Fetch allocate, from the socket to the disk and back, by the collector's own counter. The broker runs in this
/// process, and its client allocates nothing.
/// </summary>
internal static class AllocationBenchmark
{
    private const int Warmup = 5_000, Requests = 20_000;
    private const short ProduceVersion = 10, FetchVersion = 12;
    private const string Topic = "allocations";

    public static async Task RunAsync()
    {
        Console.WriteLine("| records in a batch | bytes per Produce | bytes per Fetch |\n|---|---|---|");
        foreach (var records in (int[])[1, 10, 100])
        {
            using var data = new TemporaryDirectory();
            await using var broker = await KafkaBroker.StartAsync(new BrokerOptions { Port = 0, DataDirectory = data.Path, Topics = [new TopicOptions(Topic, 1)] });
            using var connection = new WireConnection(broker.Port);
            var produce = WireConnection.Frame(ApiSchemas.Produce, ProduceVersion, new ProduceRequest
            {
                Acks = -1,
                TimeoutMs = 10_000,
                TopicData = [new ProduceRequestTopic { Name = Topic, PartitionData = [new ProduceRequestPartition { Index = 0, Records = new RecordData(Batch(records)) }] }],
            });
            var fetch = WireConnection.Frame(ApiSchemas.Fetch, FetchVersion, new FetchRequest
            {
                MaxWaitMs = 500,
                MinBytes = 1,
                Topics = [new FetchRequestTopic { Topic = Topic, Partitions = [new FetchRequestPartition { FetchOffset = 0, PartitionMaxBytes = 1 }] }],
            });
            var produced = Measure(connection, produce);
            if (WireConnection.Parse<ProduceResponse>(ApiSchemas.Produce, ProduceVersion, connection.Ask(produce)).Responses[0].PartitionResponses[0].ErrorCode is not ErrorCode.None)
            {
                throw new InvalidOperationException("The broker refused the batch.");
            }

            var fetched = Measure(connection, fetch);
            if (WireConnection.Parse<FetchResponse>(ApiSchemas.Fetch, FetchVersion, connection.Ask(fetch)).Responses[0].Partitions[0].Records is null or { Length: 0 })
            {
                throw new InvalidOperationException("The broker gave no records.");
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {records} | {produced:F0} | {fetched:F0} |"));
        }
    }

    private static double Measure(WireConnection connection, byte[] frame)
    {
        for (var at = 0; at < Warmup; at++)
        {
            connection.Ask(frame);
        }

        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var at = 0; at < Requests; at++)
        {
            connection.Ask(frame);
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Requests;
    }

    private static byte[] Batch(int records)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return RecordBatchWriter.Write([.. Enumerable.Range(0, records).Select(at => new Record(now + at, null, new byte[100]))]);
    }
}
