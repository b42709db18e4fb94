using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker;

/// <summary>Consumer groups, without a client.</summary>
public sealed partial class KafkaBroker
{
    /// <summary>Waits until a group is stable with exactly so many members: every one knows its partitions.</summary>
    /// <exception cref="OperationCanceledException">It was not when the wait was ended.</exception>
    public async Task<KafkaGroup> WaitForGroupAsync(string groupId, int members, CancellationToken cancellationToken = default) =>
        await WatchGroupsAsync(groups => groups.WhenStableAsync(groupId, members, cancellationToken), cancellationToken);

    /// <summary>Waits until a group has committed <paramref name="offset"/>, or a later one: all records before it are done.</summary>
    /// <exception cref="OperationCanceledException">It had not when the wait was ended.</exception>
    public Task WaitForCommitAsync(string groupId, string topic, int partition, long offset, CancellationToken cancellationToken = default) =>
        WatchGroupsAsync(groups => groups.WhenCommittedAsync(groupId, new TopicPartition(topic, partition), offset, cancellationToken), cancellationToken);

    /// <summary>Waits until a group has committed the end, as of now, of every partition that has records.</summary>
    /// <exception cref="KafkaBrokerException">There is no such topic.</exception>
    /// <exception cref="OperationCanceledException">It had not when the wait was ended.</exception>
    public async Task WaitUntilConsumedAsync(string groupId, string topic, CancellationToken cancellationToken = default)
    {
        if (!State.Topics.TryGet(topic, out var found))
        {
            throw new KafkaBrokerException(KafkaError.UnknownTopicOrPartition, $"There is no topic '{topic}'.");
        }

        foreach (var (partition, end) in found.Partitions.Where(log => log.HighWatermark > log.LogStartOffset).Select(log => (log.TopicPartition.Partition, log.HighWatermark)).ToList())
        {
            await WaitForCommitAsync(groupId, topic, partition, end, cancellationToken);
        }
    }

    /// <summary>A group as it is now; null when there is none of that name.</summary>
    public Task<KafkaGroup?> GetGroupAsync(string groupId, CancellationToken cancellationToken = default) => State.Groups.ShowAsync(groupId, cancellationToken);

    /// <summary>What a group has committed in a partition; null for nothing.</summary>
    public async Task<long?> GetCommittedAsync(string groupId, string topic, int partition = 0, CancellationToken cancellationToken = default)
    {
        var fetched = await State.Groups.FetchAsync(groupId, [new TopicPartition(topic, partition)], requireStable: false, cancellationToken);
        return fetched.Error is ErrorCode.None && fetched.Offsets[0].Offset is >= 0 and var offset ? offset : null;
    }

    /// <summary>Watches the coordinator, and the next one after a restart.</summary>
    private async Task<T> WatchGroupsAsync<T>(Func<GroupCoordinator, Task<T?>> watch, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var changed = _changed.Next;
            if (_state is { } state && await watch(state.Groups) is { } seen)
            {
                return seen;
            }

            // It stopped while we watched, or is stopped: the next start fires.
            if (_state is null)
            {
                await changed.WaitAsync(cancellationToken);
            }
        }
    }
}
