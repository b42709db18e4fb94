using System.Diagnostics;
using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Messaging;

/// <summary>
/// The offsets of partitions, asked for by a client that knows their leaders. librdkafka 2.16 takes the process down (SIGSEGV in
/// <c>rd_kafka_ListOffsets</c>) when the answer that names the leaders comes while it still prepares the question: 6 of 750 first
/// questions of a new client on a busy machine.
/// </summary>
public static class KafkaOffsets
{
    // The client forgets leaders after metadata.max.age.ms, 15 minutes.
    private static readonly TimeSpan KnowledgeAge = TimeSpan.FromMinutes(5);

    private static readonly ConditionalWeakTable<IAdminClient, Leaders> Known = [];

    /// <exception cref="KafkaException">The cluster did not answer, or refused.</exception>
    /// <param name="timeout">Of each of the two questions.</param>
    public static async Task<ListOffsetsResult> AskOffsetsAsync(
        this IAdminClient admin, IEnumerable<TopicPartitionOffsetSpec> questions, TimeSpan timeout, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        var asked = questions.ToList();
        if (!Known.TryGetValue(admin, out var leaders) || !leaders.Cover(asked))
        {
            // Blocks until the cluster has answered.
            var metadata = await Task.Run(() => admin.GetMetadata(timeout));
            Known.AddOrUpdate(admin, new(Stopwatch.GetTimestamp(), metadata.Topics.Select(t => t.Topic).ToHashSet(StringComparer.Ordinal)));
        }

        return await admin.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = timeout, IsolationLevel = isolation });
    }

    private sealed record Leaders(long ToldAt, HashSet<string> Topics)
    {
        public bool Cover(List<TopicPartitionOffsetSpec> asked) =>
            Stopwatch.GetElapsedTime(ToldAt) < KnowledgeAge && asked.TrueForAll(q => Topics.Contains(q.TopicPartition.Topic));
    }
}
