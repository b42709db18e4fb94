using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>Waiting for a group to reach a state, for programs that hold the broker: nobody polls, the loop looks after each of its turns.</summary>
internal sealed partial class GroupCoordinator
{
    private readonly List<Watch> _watches = [];

    /// <summary>Waits until the group is stable with so many members; null when the coordinator stopped first.</summary>
    public Task<KafkaGroup?> WhenStableAsync(string groupId, int members, CancellationToken aborted) => WatchAsync(
        () => _groups.TryGetValue(groupId, out var entry) && entry.Group.Show() is { State: nameof(ClassicGroupState.Stable) } stable && stable.Members.Count == members ? stable : null,
        aborted);

    /// <summary>Waits until the group has committed that offset or a later one; null when the coordinator stopped first.</summary>
    public Task<object?> WhenCommittedAsync(string groupId, TopicPartition partition, long offset, CancellationToken aborted) => WatchAsync<object>(
        () => _groups.TryGetValue(groupId, out var entry) && entry.Offsets.TryGet(partition, out var committed) && committed.Offset >= offset ? committed : null,
        aborted);

    /// <summary>Every group with what it has committed.</summary>
    public Task<IReadOnlyList<GroupFigures>> FiguresAsync(CancellationToken aborted) => AskAsync<IReadOnlyList<GroupFigures>>(
        _ => [],
        (turn, reply) => turn[AnyPartition].Answer(reply, [.. _groups.Values.Select(entry => new GroupFigures(
            entry.Group.GroupId,
            entry.Group.Show().State,
            entry.Group.Show().Members.Count,
            [.. entry.Offsets.Committed.Select(committed => (committed.Key, committed.Value.Offset))]))]),
        aborted);

    private async Task<T?> WatchAsync<T>(Func<T?> look, CancellationToken aborted)
        where T : class
    {
        var watch = new Watch(look);
        if (!await TryPostAsync(_ => _watches.Add(watch), aborted)) return null;
        try
        {
            return (T?)await watch.Seen.Task.WaitAsync(aborted);
        }
        finally
        {
            watch.IsOver = true;
        }
    }

    private async Task<bool> TryPostAsync(Action<CoordinatorTurn> input, CancellationToken aborted)
    {
        try
        {
            await _mailbox.Writer.WriteAsync(input, aborted);
            return true;
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            return false;
        }
    }

    private void LookAtWatches()
    {
        for (var i = _watches.Count - 1; i >= 0; i--)
        {
            var seen = _watches[i].IsOver ? null : _watches[i].Look();
            if (seen is null && !_watches[i].IsOver) continue;
            _watches[i].Seen.TrySetResult(seen);
            _watches.RemoveAt(i);
        }
    }

    private void EndWatches()
    {
        foreach (var watch in _watches) watch.Seen.TrySetResult(null);
        _watches.Clear();
    }

    private sealed class Watch(Func<object?> look)
    {
        public Func<object?> Look => look;

        public TaskCompletionSource<object?> Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nobody waits any more.</summary>
        public volatile bool IsOver;
    }
}

/// <summary>What is told of a group to those who watch the broker.</summary>
internal sealed record GroupFigures(string Id, string State, int Members, IReadOnlyList<(TopicPartition Partition, long Offset)> Offsets);
