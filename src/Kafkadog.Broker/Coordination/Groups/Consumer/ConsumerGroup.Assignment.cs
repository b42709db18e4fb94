using Kafkadog.Broker.Coordination.Groups.Consumer.Assignors;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>The target assignment: which member shall have which partition once everybody has come to it.</summary>
internal sealed partial class ConsumerGroup
{
    /// <summary>The first is the default.</summary>
    public static IReadOnlyList<IPartitionAssignor> Assignors { get; } = [new UniformAssignor(), new RangeAssignor()];

    /// <summary>Changes that come close together make one assignment: the next waits until the interval has passed, then for the next heartbeat.</summary>
    private bool MayAssign(GroupTime now)
    {
        var interval = environment.SettingsOf(GroupId).AssignmentIntervalMs;
        // A wall clock that was put back must not hold the group up.
        return AssignmentTimestamp == 0 || interval == 0 || now.Unix >= AssignmentTimestamp + interval || now.Unix < AssignmentTimestamp;
    }

    private void Assign(GroupTime now, GroupEffects effects)
    {
        var members = _members.Values
            .Select(m => new AssignorMember(m.MemberId, m.Metadata.InstanceId, TopicIdsOf(m.Metadata), TargetOf(m.MemberId)))
            .ToList();
        var assignment = PreferredAssignor().Assign(members, topic => environment.Topics.TryGet(topic, out var found) ? found.Partitions : 0);
        foreach (var member in members)
        {
            var target = assignment[member.MemberId];
            if (_targets.TryGetValue(member.MemberId, out var before) && before.SetEquals(target)) continue;
            _targets[member.MemberId] = target;
            effects.Write(ConsumerGroupRecords.Target(GroupId, member.MemberId, target));
        }

        AssignmentEpoch = Epoch;
        AssignmentTimestamp = now.Unix;
        effects.Write(ConsumerGroupRecords.TargetEpoch(GroupId, AssignmentEpoch, AssignmentTimestamp));
    }

    /// <summary>The one that most members ask for; among equals, and when nobody asks, the default.</summary>
    private IPartitionAssignor PreferredAssignor() =>
        Assignors.MaxBy(assignor => _members.Values.Count(m => string.Equals(m.Metadata.ServerAssignor, assignor.Name, StringComparison.Ordinal)))!;

    /// <summary>A 64-bit FNV-1a over names, ids and partition counts. It only ever meets itself: another broker's would differ and cost one more assignment.</summary>
    private long HashOfTopics()
    {
        const ulong Basis = 14695981039346656037, Prime = 1099511628211;
        Span<byte> id = stackalloc byte[16];
        var hash = Basis;
        var any = false;
        foreach (var name in _members.Values.SelectMany(m => TopicNamesOf(m.Metadata)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (!environment.Topics.TryGet(name, out var topic)) continue;
            any = true;
            foreach (var c in name) Add(c);
            topic.Id.TryWriteBytes(id);
            foreach (var b in id) Add(b);
            Add((uint)topic.Partitions);
        }

        return any ? unchecked((long)hash) : 0;

        void Add(uint part) => hash = unchecked((hash ^ part) * Prime);
    }
}
