using System.Collections.Concurrent;
using Kafkadog.Broker;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Protocol.Records;
using Kafkadog.Broker.Server;

namespace Kafkadog.Benchmarks.CompareKafka;

/// <summary>
/// This project's broker with nothing behind Produce and Fetch: it parses, acknowledges and keeps nothing but the last batch of each
/// partition, which it hands out again and again under new offsets. No broker can be faster to a client than this one, so it shows what
/// the client itself can do.
/// </summary>
internal static class NullBroker
{
    private const int AnswerBytes = 1024 * 1024;

    public static async Task RunAsync(int port, CancellationToken cancellationToken)
    {
        var partitions = new ConcurrentDictionary<(string Topic, int Partition), NullPartition>();
        var apis = new ApiTable()
            .Replace<ProduceRequest>(ApiKey.Produce, (context, request) => new(Produce(partitions, context, request)))
            .Replace<FetchRequest>(ApiKey.Fetch, (context, request) => new(Fetch(partitions, context, request)));
        await using var broker = await KafkaBroker.StartAsync(new BrokerOptions { Port = port }, apis, cancellationToken);
        var stopped = new TaskCompletionSource();
        await using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }

    private static ProduceResponse? Produce(ConcurrentDictionary<(string, int), NullPartition> partitions, RequestContext context, ProduceRequest request)
    {
        var response = new ProduceResponse { Responses = new(request.TopicData.Count) };
        foreach (var topic in request.TopicData)
        {
            var answers = new ProduceResponseTopic { Name = topic.Name, TopicId = topic.TopicId, PartitionResponses = new(topic.PartitionData.Count) };
            response.Responses.Add(answers);
            foreach (var partition in topic.PartitionData)
            {
                answers.PartitionResponses.Add(new ProduceResponsePartition
                {
                    Index = partition.Index,
                    BaseOffset = partitions.GetOrAdd((Name(context, topic.Name, topic.TopicId), partition.Index), _ => new()).Take(partition.Records!.Value.Memory),
                });
            }
        }

        return request.Acks == 0 ? null : response;
    }

    private static FetchResponse Fetch(ConcurrentDictionary<(string, int), NullPartition> partitions, RequestContext context, FetchRequest request)
    {
        var response = new FetchResponse { Responses = new(request.Topics.Count) };
        foreach (var topic in request.Topics)
        {
            var answers = new FetchResponseTopic { Topic = topic.Topic, TopicId = topic.TopicId, Partitions = new(topic.Partitions.Count) };
            response.Responses.Add(answers);
            foreach (var partition in topic.Partitions)
            {
                var records = partitions.TryGetValue((Name(context, topic.Topic, topic.TopicId), partition.Partition), out var found)
                    ? found.Give(partition.FetchOffset, Math.Min(partition.PartitionMaxBytes, AnswerBytes))
                    : ReadOnlyMemory<byte>.Empty;
                answers.Partitions.Add(new FetchResponsePartition
                {
                    PartitionIndex = partition.Partition,
                    HighWatermark = long.MaxValue,
                    LastStableOffset = long.MaxValue,
                    Records = new RecordData(records),
                });
            }
        }

        return response;
    }

    private static string Name(RequestContext context, string name, Guid id) =>
        context.Broker.Topics.TryGet(id, out var topic) ? topic.Name : name;

    /// <summary>One client at a time produces to it, and one consumes.</summary>
    private sealed class NullPartition
    {
        private byte[] batch = [];
        private byte[] answer = [];
        private long end;

        public long Take(ReadOnlyMemory<byte> records)
        {
            var size = records.Length;
            if (batch.Length != size)
            {
                batch = new byte[size];
            }

            records.CopyTo(batch);
            var first = end;
            end += new RecordBatch(batch).RecordCount;
            return first;
        }

        /// <summary>Whole batches from <paramref name="offset"/> on. The memory is used again for the next answer.</summary>
        public ReadOnlyMemory<byte> Give(long offset, int maxBytes)
        {
            if (batch.Length == 0)
            {
                return ReadOnlyMemory<byte>.Empty;
            }

            var count = Math.Max(1, maxBytes / batch.Length);
            var length = count * batch.Length;
            if (answer.Length != length)
            {
                answer = new byte[length];
                for (var at = 0; at < length; at += batch.Length)
                {
                    batch.CopyTo(answer, at);
                }
            }

            var records = new RecordBatch(batch).RecordCount;
            for (var at = 0; at < length; at += batch.Length, offset += records)
            {
                RecordBatch.PatchPlace(answer.AsSpan(at), offset, 0);
            }

            return answer;
        }
    }
}
