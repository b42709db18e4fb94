using System.Text.Json;
using Confluent.Kafka;
using Kafkadog.Messaging.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Kafkadog.Messaging.Consuming;

/// <summary>
/// The client's callbacks. All run on the poll thread, inside Consume or Close. With the cooperative protocol each list
/// holds only what changes.
/// </summary>
internal sealed partial class ConsumerLoop
{
    private readonly Dictionary<TopicPartition, long> givenUp = [];
    private volatile AssignedPartition[] blockedPartitions = [];

    private IConsumer<byte[]?, byte[]?> Build() => new ConsumerBuilder<byte[]?, byte[]?>(KafkaClientConfig.Consumer(options, Group))
        .SetKeyDeserializer(Deserializers.ByteArray!)
        .SetValueDeserializer(Deserializers.ByteArray!)
        .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
        .SetPartitionsRevokedHandler((_, partitions) => Revoked(partitions))
        .SetPartitionsLostHandler((_, partitions) => Lost(partitions))
        .SetStatisticsHandler((_, json) => ReadLag(json))
        .SetErrorHandler((_, error) =>
        {
            if (error.IsFatal)
            {
                fatal = true;
                ClientFatal(error.Reason);
            }
            else
            {
                ClientError(error.Reason);
            }
        })
        .SetLogHandler((_, message) => ClientLog(message.Message))
        .Build();

    private void Assigned(List<TopicPartition> partitions)
    {
        var start = time.GetTimestamp();
        generation++;
        var memberId = consumer.MemberId;
        foreach (var topicPartition in partitions)
        {
            assigned[topicPartition] = new AssignedPartition(topicPartition, generation) { Suspicious = suspicious, MemberId = memberId };
        }

        Rebalanced(JournalKind.Assigned, start, memberId, partitions.Select(partition => new RebalancedPartition(
            partition.Topic, partition.Partition.Value, givenUp.Remove(partition, out var since) ? time.GetElapsedTime(since, start) : null)));

        // A pause by the application outlives an assignment inside the client, so it was lifted when the partition was
        // taken away. Here it cannot be: the client assigns only after this handler, and refuses what it does not hold.
        metrics.Rebalanced(Group, JournalKind.Assigned);
        Publish();
    }

    private void Revoked(List<TopicPartitionOffset> partitions)
    {
        var start = time.GetTimestamp();
        var leaving = Take(partitions);
        Drain(leaving, options.DrainTimeout);
        var offsets = leaving
            .Select(partition => partition.Stored is { } next ? new TopicPartitionOffset(partition.TopicPartition, next) : null)
            .OfType<TopicPartitionOffset>()
            .ToArray();
        Commit(offsets);
        foreach (var partition in leaving)
        {
            Resume(partition);
            Remove(partition);
            givenUp[partition.TopicPartition] = start;
        }

        Left(JournalKind.Revoked, start, leaving);
    }

    /// <summary>Others have these partitions already: nothing may be committed for them.</summary>
    private void Lost(List<TopicPartitionOffset> partitions)
    {
        var start = time.GetTimestamp();
        var leaving = Take(partitions);
        foreach (var partition in leaving)
        {
            Resume(partition);
            Remove(partition);
            givenUp[partition.TopicPartition] = start;
        }

        Left(JournalKind.Lost, start, leaving);
    }

    private List<AssignedPartition> Take(List<TopicPartitionOffset> partitions)
    {
        var taken = new List<AssignedPartition>(partitions.Count);
        foreach (var topicPartition in partitions.Select(offset => offset.TopicPartition))
        {
            if (assigned.TryGetValue(topicPartition, out var partition))
                taken.Add(partition);
        }

        return taken;
    }

    private void Remove(AssignedPartition partition)
    {
        partition.Lose();
        assigned.Remove(partition.TopicPartition);
        metrics.ForgetLag(Group, partition.TopicPartition.Topic, partition.TopicPartition.Partition.Value);
    }

    private void Commit(TopicPartitionOffset[] offsets)
    {
        if (offsets.Length == 0)
            return;

        try
        {
            consumer.Commit(offsets);
        }
        catch (KafkaException exception)
        {
            // The group has moved on, say. The records come again at their next owner, whose inbox recognises them.
            CommitRefused(exception.Error.Reason);
        }
    }

    private void Left(string kind, long start, List<AssignedPartition> partitions)
    {
        Rebalanced(kind, start, partitions.Count > 0 ? partitions[0].MemberId : null, partitions.Select(partition =>
            new RebalancedPartition(partition.TopicPartition.Topic, partition.TopicPartition.Partition.Value)));
        metrics.Rebalanced(Group, kind);
        Publish();
    }

    private void Rebalanced(string kind, long start, string? memberId, IEnumerable<RebalancedPartition> partitions) =>
        journal.Add(new(kind, time.GetUtcNow())
        {
            Group = Group,
            MemberId = memberId,
            Generation = generation,
            Partitions = [.. partitions],
            Work = time.GetElapsedTime(start),
        });

    private void Publish()
    {
        blockedPartitions = [.. assigned.Values];
        assignment = [.. assigned.Keys.Select(partition => $"{partition.Topic}-{partition.Partition.Value}").Order(StringComparer.Ordinal)];
        Interlocked.Exchange(ref paused, assigned.Values.Count(partition => partition.Paused));
        AssignmentChanged?.Invoke(assignment);
    }

    private void ReadLag(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty("topics", out var statistics))
            return;

        foreach (var topic in statistics.EnumerateObject())
        {
            foreach (var partition in topic.Value.GetProperty("partitions").EnumerateObject())
            {
                var number = partition.Value.GetProperty("partition").GetInt32();
                var lag = partition.Value.GetProperty("consumer_lag").GetInt64();
                if (lag >= 0 && assigned.ContainsKey(new(topic.Name, number)))
                    metrics.Lag(Group, topic.Name, number, lag);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Offsets of revoked partitions were not committed: {Reason}")]
    private partial void CommitRefused(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The consumer is of no more use ({Reason}); it is replaced")]
    private partial void ClientFatal(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Consumer: {Reason}")]
    private partial void ClientError(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Consumer: {Text}")]
    private partial void ClientLog(string text);
}
