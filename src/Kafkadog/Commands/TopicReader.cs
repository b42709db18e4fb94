using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Kafkadog.Messaging;

namespace Kafkadog.Commands;

/// <summary>Puts together what Kafka tells about topics in three different answers.</summary>
internal static class TopicReader
{
    public static async Task<IReadOnlyList<TopicDetails>> ReadAsync(
        IAdminClient admin, IReadOnlyList<TopicMetadata> topics, CancellationToken cancellationToken)
    {
        var partitions = topics.SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Topic, p.PartitionId))).ToList();
        var starts = OffsetsAsync(admin, partitions.Select(p => (p, OffsetSpec.Earliest())), cancellationToken);
        var ends = OffsetsAsync(admin, partitions.Select(p => (p, OffsetSpec.Latest())), cancellationToken);
        await Task.WhenAll(starts, ends);
        return
        [
            .. topics.OrderBy(t => t.Topic, StringComparer.Ordinal).Select(t => new TopicDetails(
                t.Topic,
                t.Partitions.Select(p => p.Replicas.Length).FirstOrDefault(),
                [
                    .. t.Partitions.OrderBy(p => p.PartitionId).Select(p => new PartitionDetails(
                        p.PartitionId,
                        p.Leader,
                        p.Replicas,
                        starts.Result.GetValueOrDefault(new TopicPartition(t.Topic, p.PartitionId)),
                        ends.Result.GetValueOrDefault(new TopicPartition(t.Topic, p.PartitionId)))),
                ],
                Configuration: null)),
        ];
    }

    /// <summary>Offsets by any of Kafka's questions: earliest, latest, or the first at or after a time.</summary>
    public static async Task<Dictionary<TopicPartition, long>> OffsetsAsync(
        IAdminClient admin, IEnumerable<(TopicPartition Partition, OffsetSpec Spec)> questions, CancellationToken cancellationToken)
    {
        var asked = questions.Select(q => new TopicPartitionOffsetSpec { TopicPartition = q.Partition, OffsetSpec = q.Spec }).ToList();
        if (asked.Count == 0)
        {
            return [];
        }

        var answer = await admin.AskOffsetsAsync(asked, KafkaClients.Timeout).WaitAsync(cancellationToken);
        return answer.ResultInfos.ToDictionary(i => i.TopicPartitionOffsetError.TopicPartition, i => i.TopicPartitionOffsetError.Offset.Value);
    }

    /// <summary>The settings that this topic has of its own.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ConfigurationAsync(IAdminClient admin, string topic)
    {
        var answer = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = topic }]);
        return answer.Single().Entries.Values.Where(e => e.Source == ConfigSource.DynamicTopicConfig)
            .OrderBy(e => e.Name, StringComparer.Ordinal).ToDictionary(e => e.Name, e => e.Value ?? "", StringComparer.Ordinal);
    }
}

internal sealed record TopicDetails(
    string Name,
    int ReplicationFactor,
    IReadOnlyList<PartitionDetails> Partitions,
    IReadOnlyDictionary<string, string>? Configuration);

/// <param name="Start">Offset of the first record that is kept.</param>
/// <param name="End">Offset of the next record to be written.</param>
internal sealed record PartitionDetails(int Partition, int Leader, IReadOnlyList<int> Replicas, long Start, long End);
