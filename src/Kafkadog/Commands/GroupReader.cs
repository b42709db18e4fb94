using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary>Committed offsets, ends of the logs and members of a group, put together.</summary>
internal static class GroupReader
{
    public static async Task<GroupDetails> ReadAsync(IAdminClient admin, string group, CancellationToken cancellationToken)
    {
        var described = (await admin.DescribeConsumerGroupsAsync(
            [group], new DescribeConsumerGroupsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken))
            .ConsumerGroupDescriptions.Single();
        var committed = await CommittedAsync(admin, group, cancellationToken);
        if (described.State == ConsumerGroupState.Dead && committed.Count == 0)
        {
            throw new CommandFailure(ExitCodes.NotFound, $"there is no group '{Terminal.Printable(group)}'", "see what is there with `kafkadog groups list`");
        }

        var owners = described.Members.SelectMany(m => m.Assignment.TopicPartitions.Select(p => (p, m)))
            .ToDictionary(o => o.p, o => o.m);
        var partitions = committed.Keys.Union(owners.Keys).OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition.Value).ToList();
        var ends = await TopicReader.OffsetsAsync(admin, partitions.Select(p => (p, OffsetSpec.Latest())), cancellationToken);
        return new GroupDetails(
            group,
            described.State.ToString(),
            described.PartitionAssignor,
            described.Members.Count,
            [
                .. partitions.Select(p =>
                {
                    var offset = committed.TryGetValue(p, out var at) ? at : (long?)null;
                    var end = ends.GetValueOrDefault(p);
                    return new GroupPartition(
                        p.Topic, p.Partition, offset, end, offset is null ? null : Math.Max(0, end - offset.Value), owners.GetValueOrDefault(p)?.ClientId, owners.GetValueOrDefault(p)?.ConsumerId);
                }),
            ]);
    }

    public static async Task<Dictionary<TopicPartition, long>> CommittedAsync(IAdminClient admin, string group, CancellationToken cancellationToken)
    {
        var answer = await admin.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, null)],
            new ListConsumerGroupOffsetsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);
        return answer.Single().Partitions.Where(p => p.Offset.Value >= 0).ToDictionary(p => p.TopicPartition, p => p.Offset.Value);
    }
}

internal sealed record GroupSummary(string Group, string State, string Type);

internal sealed record GroupDetails(string Group, string State, string Assignor, int Members, IReadOnlyList<GroupPartition> Partitions);

/// <param name="Committed">The next offset the group will read; null when it never committed here.</param>
/// <param name="Lag">Records it has yet to read.</param>
internal sealed record GroupPartition(string Topic, int Partition, long? Committed, long End, long? Lag, string? ClientId, string? MemberId);
