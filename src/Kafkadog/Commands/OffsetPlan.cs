using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary>Where to move a group: exactly one of the nested cases.</summary>
internal abstract record ResetTarget
{
    public sealed record Earliest : ResetTarget;

    public sealed record Latest : ResetTarget;

    public sealed record To(long Offset) : ResetTarget;

    public sealed record At(DateTimeOffset Time) : ResetTarget;

    public sealed record Shift(long By) : ResetTarget;
}

/// <summary>From where to where each partition of a group would be moved.</summary>
internal sealed record OffsetPlan(string Group, IReadOnlyList<PlannedOffset> Partitions)
{
    /// <param name="topics">Only these; empty for every topic the group has committed to.</param>
    public static async Task<OffsetPlan> MakeAsync(
        IAdminClient admin, string group, IReadOnlyList<string> topics, ResetTarget target, CancellationToken cancellationToken)
    {
        var committed = await GroupReader.CommittedAsync(admin, group, cancellationToken);
        var partitions = topics.Count == 0
            ? committed.Keys.ToList()
            : [.. admin.GetMetadata(KafkaClients.Timeout).Topics.Where(t => topics.Contains(t.Topic, StringComparer.Ordinal))
                .SelectMany(t => t.Partitions.Select(p => new TopicPartition(t.Topic, p.PartitionId)))];
        if (partitions.Count == 0)
        {
            throw new CommandFailure(
                ExitCodes.NotFound,
                topics.Count == 0 ? $"group '{Terminal.Printable(group)}' has committed no offsets" : "none of these topics exists",
                "see `kafkadog groups list` and `kafkadog topics list`; name topics with --topic");
        }

        var starts = await TopicReader.OffsetsAsync(admin, partitions.Select(p => (p, OffsetSpec.Earliest())), cancellationToken);
        var ends = await TopicReader.OffsetsAsync(admin, partitions.Select(p => (p, OffsetSpec.Latest())), cancellationToken);
        var times = target is ResetTarget.At at
            ? await TopicReader.OffsetsAsync(admin, partitions.Select(p => (p, OffsetSpec.ForTimestamp(at.Time.ToUnixTimeMilliseconds()))), cancellationToken)
            : [];
        return new OffsetPlan(
            group,
            [
                .. partitions.OrderBy(p => p.Topic, StringComparer.Ordinal).ThenBy(p => p.Partition.Value).Select(p =>
                {
                    var from = committed.TryGetValue(p, out var offset) ? offset : (long?)null;
                    var wanted = target switch
                    {
                        ResetTarget.Earliest => starts[p],
                        ResetTarget.Latest => ends[p],
                        ResetTarget.To to => to.Offset,
                        // No record is that new: the end.
                        ResetTarget.At => times[p] < 0 ? ends[p] : times[p],
                        ResetTarget.Shift shift => (from ?? starts[p]) + shift.By,
                        _ => throw new ArgumentOutOfRangeException(nameof(target)),
                    };
                    return new PlannedOffset(p.Topic, p.Partition, from, Math.Clamp(wanted, starts[p], ends[p]), ends[p]);
                }),
            ]);
    }

    /// <summary>How many records would be read again.</summary>
    public long ReadAgain => Partitions.Sum(p => Math.Max(0, (p.From ?? 0) - p.To));

    /// <summary>Moves the group. The broker refuses while the group has members, and its error is shown as it is.</summary>
    public Task ExecuteAsync(IAdminClient admin, CancellationToken cancellationToken) => admin.AlterConsumerGroupOffsetsAsync(
        [new ConsumerGroupTopicPartitionOffsets(Group, [.. Partitions.Select(p => new TopicPartitionOffset(p.Topic, p.Partition, p.To))])],
        new AlterConsumerGroupOffsetsOptions { RequestTimeout = KafkaClients.Timeout }).WaitAsync(cancellationToken);

    public void Write()
    {
        var table = Terminal.Table("TOPIC", "PARTITION", "FROM", "TO", "END");
        foreach (var p in Partitions)
        {
            table.Row(p.Topic, $"{p.Partition}", p.From is { } from ? $"{from}" : "-", $"{p.To}", $"{p.End}");
        }

        Terminal.Out.Write(table);
    }
}

internal sealed record PlannedOffset(string Topic, int Partition, long? From, long To, long End);
