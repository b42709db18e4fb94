namespace Kafkadog.Broker.Coordination.Groups.Consumer.Assignors;

/// <summary>
/// Every member gets about as many partitions as the others, and keeps of the last assignment what balance allows. When all read the
/// same topics the numbers differ by at most one; otherwise no single move could even them out further.
/// </summary>
internal sealed class UniformAssignor : IPartitionAssignor
{
    public string Name => "uniform";

    public IReadOnlyDictionary<string, IReadOnlySet<TopicIdPartition>> Assign(IReadOnlyList<AssignorMember> members, Func<Guid, int> partitionsOf)
    {
        var owned = members.ToDictionary(m => m.MemberId, _ => new HashSet<TopicIdPartition>(), StringComparer.Ordinal);
        var sameTopics = members.All(m => m.Topics.SetEquals(members[0].Topics));
        if (sameTopics) AssignAlike(members, partitionsOf, owned);
        else AssignMixed(members, partitionsOf, owned);
        return owned.ToDictionary(o => o.Key, o => (IReadOnlySet<TopicIdPartition>)o.Value, StringComparer.Ordinal);
    }

    /// <summary>All read the same: a quota for each, one more for as many as there is a rest; those who have it already keep it.</summary>
    private static void AssignAlike(IReadOnlyList<AssignorMember> members, Func<Guid, int> partitionsOf, Dictionary<string, HashSet<TopicIdPartition>> owned)
    {
        var free = AllPartitions(members[0].Topics, partitionsOf);
        var (quota, extra) = Math.DivRem(free.Count, members.Count);
        // Who has most keeps the extra ones; the order of ids only decides between equals, so that the result is always the same.
        foreach (var member in members.OrderByDescending(m => m.Target.Count).ThenBy(m => m.MemberId, StringComparer.Ordinal))
        {
            var most = quota + (extra > 0 ? 1 : 0);
            var mine = owned[member.MemberId];
            foreach (var partition in member.Target.Order())
            {
                if (mine.Count == most) break;
                if (free.Remove(partition)) mine.Add(partition);
            }

            if (mine.Count > quota) extra--;
        }

        var left = new Queue<TopicIdPartition>(free);
        var inOrder = members.Select(m => owned[m.MemberId]).ToList();
        foreach (var mine in inOrder)
        {
            while (mine.Count < quota) mine.Add(left.Dequeue());
        }

        foreach (var mine in inOrder)
        {
            if (left.Count == 0) return;
            if (mine.Count == quota) mine.Add(left.Dequeue());
        }
    }

    /// <summary>Members read different topics: keep, fill up whoever has least, then move single partitions while that evens out.</summary>
    private static void AssignMixed(IReadOnlyList<AssignorMember> members, Func<Guid, int> partitionsOf, Dictionary<string, HashSet<TopicIdPartition>> owned)
    {
        var readers = members.SelectMany(m => m.Topics.Select(topic => (Topic: topic, m.MemberId))).ToLookup(r => r.Topic, r => r.MemberId);
        var free = AllPartitions(readers.Select(r => r.Key), partitionsOf);
        foreach (var member in members)
        {
            foreach (var partition in member.Target)
            {
                if (member.Topics.Contains(partition.TopicId) && free.Remove(partition)) owned[member.MemberId].Add(partition);
            }
        }

        // Topics with few readers first: their partitions have the least choice.
        foreach (var partition in free.OrderBy(p => readers[p.TopicId].Count()).ThenBy(p => p))
        {
            owned[Least(readers[partition.TopicId])].Add(partition);
        }

        // A move brings two numbers that differ by two or more closer together, so the sum of their squares falls: it ends.
        var moved = true;
        while (moved)
        {
            moved = false;
            foreach (var ofTopic in readers) moved |= Even(ofTopic.Key, [.. ofTopic]);
        }

        string Least(IEnumerable<string> memberIds) => memberIds.MinBy(id => owned[id].Count)!;

        bool Even(Guid topic, List<string> memberIds)
        {
            var any = false;
            while (true)
            {
                var least = Least(memberIds);
                var most = memberIds.OrderByDescending(id => owned[id].Count).FirstOrDefault(id => owned[id].Any(p => p.TopicId == topic));
                if (most is null || owned[most].Count <= owned[least].Count + 1) return any;
                var partition = owned[most].First(p => p.TopicId == topic);
                owned[most].Remove(partition);
                owned[least].Add(partition);
                any = true;
            }
        }
    }

    private static SortedSet<TopicIdPartition> AllPartitions(IEnumerable<Guid> topics, Func<Guid, int> partitionsOf) =>
        [.. topics.SelectMany(topic => Enumerable.Range(0, partitionsOf(topic)).Select(partition => new TopicIdPartition(topic, partition)))];
}
