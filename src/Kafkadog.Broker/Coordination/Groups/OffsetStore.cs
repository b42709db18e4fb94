using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>The committed offsets of one group, and those of transactions that have not ended. Owned by the loop of the coordinator.</summary>
internal sealed class OffsetStore
{
    private readonly Dictionary<TopicPartition, CommittedOffset> _committed = [];
    private readonly Dictionary<long, Dictionary<TopicPartition, CommittedOffset>> _pending = [];

    public bool IsEmpty => _committed.Count == 0 && _pending.Count == 0;

    public IReadOnlyDictionary<TopicPartition, CommittedOffset> Committed => _committed;

    public bool TryGet(TopicPartition partition, out CommittedOffset offset) => _committed.TryGetValue(partition, out offset);

    public void Commit(TopicPartition partition, CommittedOffset offset) => _committed[partition] = offset;

    /// <summary>Everything that is committed or may become so.</summary>
    public IReadOnlyCollection<TopicPartition> All => [.. _pending.Values.SelectMany(offsets => offsets.Keys).Concat(_committed.Keys).Distinct()];

    /// <summary>Takes the partition's offset away, and those that running transactions would bring.</summary>
    /// <returns>True if there was one.</returns>
    public bool Remove(TopicPartition partition)
    {
        var removed = _committed.Remove(partition);
        foreach (var (producerId, offsets) in _pending.ToList())
        {
            removed |= offsets.Remove(partition);
            if (offsets.Count == 0) _pending.Remove(producerId);
        }

        return removed;
    }

    /// <summary>Keeps an offset back until its transaction commits.</summary>
    public void CommitPending(long producerId, TopicPartition partition, CommittedOffset offset)
    {
        if (!_pending.TryGetValue(producerId, out var offsets)) _pending.Add(producerId, offsets = []);
        offsets[partition] = offset;
    }

    /// <summary>True while a transaction may still change the partition's offset: a reader that wants stable offsets must wait.</summary>
    public bool HasPending(TopicPartition partition)
    {
        foreach (var offsets in _pending.Values)
        {
            if (offsets.ContainsKey(partition)) return true;
        }

        return false;
    }

    /// <summary>Ends a producer's transaction. Offsets that were committed past it meanwhile stay.</summary>
    public void CompleteTransaction(long producerId, bool commit)
    {
        if (!_pending.Remove(producerId, out var offsets) || !commit) return;
        foreach (var (partition, offset) in offsets)
        {
            if (!_committed.TryGetValue(partition, out var present) || present.Order < offset.Order) _committed[partition] = offset;
        }
    }

    /// <summary>The offsets that nobody will ask for any more.</summary>
    /// <param name="group">Decides from when retention counts: from the moment the group became empty, or from the commit.</param>
    /// <param name="retentionMs"><c>offsets.retention.minutes</c> in milliseconds.</param>
    /// <param name="nowMs">Wall clock.</param>
    public List<TopicPartition> Expired(IGroup group, long retentionMs, long nowMs)
    {
        var expired = new List<TopicPartition>();
        foreach (var (partition, offset) in _committed)
        {
            if (group.RetentionStart(partition.Topic, offset) is not { } start || HasPending(partition)) continue;
            var due = offset.ExpireTimestamp >= 0 ? offset.ExpireTimestamp <= nowMs : nowMs - start >= retentionMs;
            if (due) expired.Add(partition);
        }

        return expired;
    }
}
