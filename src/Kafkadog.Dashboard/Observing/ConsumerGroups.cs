namespace Kafkadog.Dashboard.Observing;

/// <summary>
/// Consumer groups (<c>group.protocol=consumer</c>, KIP-848), put together from the several records in which the coordinator keeps
/// each. There is no moment at which all members stop, so memberships are told when one has settled, and while a partition waits
/// for its next owner.
/// </summary>
public sealed class ConsumerGroups
{
    private readonly Dictionary<string, Group> groups = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, string> topics = [];
    private readonly HashSet<string> changed = new(StringComparer.Ordinal);

    /// <summary>Whether a topic is known by its id only.</summary>
    public bool MissesTopics => groups.Values.Any(g => g.Work.Values.Any(w => w.Owned.Any(p => !topics.ContainsKey(p.TopicId))));

    public void NameTopic(Guid id, string name)
    {
        if (topics.TryAdd(id, name))
        {
            changed.UnionWith(groups.Where(g => g.Value.Work.Values.Any(w => w.Owned.Any(p => p.TopicId == id))).Select(g => g.Key));
        }
    }

    public void Add(OffsetsTopicRecord.EpochMoved record)
    {
        if (record.Epoch is { } epoch)
        {
            var group = Of(record.Group, record.At);
            group.Epoch = Math.Max(group.Epoch, epoch);
        }
        else
        {
            groups.Remove(record.Group);
            changed.Add(record.Group);
        }
    }

    public void Add(OffsetsTopicRecord.MemberKnown record) => Set(Of(record.Group, record.At).Who, record.MemberId, record.Who);

    public void Add(OffsetsTopicRecord.MemberWorks record) => Set(Of(record.Group, record.At).Work, record.MemberId, record.Work);

    /// <summary>As described by the broker: who joined before the time that is remembered.</summary>
    public void Seed(string name, IEnumerable<Member> members)
    {
        if (!groups.TryGetValue(name, out var group))
        {
            groups[name] = group = new();
        }

        foreach (var member in members.Where(m => group.Who.TryAdd(m.Id, new(m.ClientId, m.Host))))
        {
            group.Described[member.Id] = member.Partitions;
        }

        group.Owned.UnionWith(group.Described.Values.SelectMany(p => p));
        changed.Add(name);
    }

    /// <summary>Tells the memberships that came of all that was added since the last time.</summary>
    public void Tell(GroupHistory history)
    {
        foreach (var name in changed)
        {
            if (groups.TryGetValue(name, out var group))
            {
                Tell(name, group, history);
            }
            else if (history.Current(name) is { IsByCoordinator: true })
            {
                history.Remove(name);
            }
        }

        changed.Clear();
    }

    public void Clear()
    {
        groups.Clear();
        topics.Clear();
        changed.Clear();
    }

    private void Tell(string name, Group group, GroupHistory history)
    {
        var isUnknown = group.Who.Count == 0 && history.Current(name) is null;
        if (isUnknown || !group.Work.Keys.All(group.Who.ContainsKey))
        {
            return;
        }

        var members = group.Who
            .Select(w => new Member(w.Key, w.Value.ClientId, w.Value.Host, Places(group, w.Key)))
            .OrderBy(m => m.ClientId, StringComparer.Ordinal).ThenBy(m => m.Id, StringComparer.Ordinal)
            .ToList();
        var epoch = group.Work.Values.Select(w => w.Epoch).Append(group.Epoch).Max();
        var owned = members.SelectMany(m => m.Partitions).ToHashSet();
        var isSettled = group.Who.Keys.All(id => group.Work.TryGetValue(id, out var work) && work.Epoch == epoch && !work.IsGivingUp);
        if (isSettled || !group.Owned.IsSubsetOf(owned))
        {
            history.Add(name, new Membership(group.At, epoch, Membership.ConsumerProtocol, members));
            group.Owned = isSettled ? owned : [.. group.Owned, .. owned];
        }
    }

    private IReadOnlyList<Place> Places(Group group, string memberId) => group.Work.TryGetValue(memberId, out var work)
        ? [.. work.Owned.Where(p => topics.ContainsKey(p.TopicId)).Select(p => new Place(topics[p.TopicId], p.Partition)).Order()]
        : group.Described.GetValueOrDefault(memberId) ?? [];

    private static void Set<T>(Dictionary<string, T> values, string memberId, T? value)
        where T : class
    {
        if (value is null)
        {
            values.Remove(memberId);
        }
        else
        {
            values[memberId] = value;
        }
    }

    private Group Of(string name, DateTimeOffset at)
    {
        if (!groups.TryGetValue(name, out var group))
        {
            groups[name] = group = new();
        }

        group.At = at;
        changed.Add(name);
        return group;
    }

    private sealed class Group
    {
        public int Epoch { get; set; }

        public DateTimeOffset At { get; set; }

        public Dictionary<string, MemberIdentity> Who { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, MemberWork> Work { get; } = new(StringComparer.Ordinal);

        /// <summary>What members own of whom no <see cref="Work"/> was read.</summary>
        public Dictionary<string, IReadOnlyList<Place>> Described { get; } = new(StringComparer.Ordinal);

        /// <summary>Since it last settled, and then.</summary>
        public HashSet<Place> Owned { get; set; } = [];
    }
}

/// <param name="ClientId">In this shop the instance's name.</param>
public sealed record MemberIdentity(string ClientId, string Host);

/// <param name="Epoch">The group's epoch as far as the member has come.</param>
/// <param name="IsGivingUp">It still reads partitions that it was told to give up.</param>
public sealed record MemberWork(int Epoch, IReadOnlyList<TopicIdPartition> Owned, bool IsGivingUp);

public readonly record struct TopicIdPartition(Guid TopicId, int Partition);
