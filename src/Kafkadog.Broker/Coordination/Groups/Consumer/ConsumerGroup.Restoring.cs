namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>What the log says, record by record, while the coordinator reads it; compaction may have taken any that were replaced.</summary>
internal sealed partial class ConsumerGroup
{
    public void RestoreEpoch(int epoch, long metadataHash) => (Epoch, MetadataHash) = (epoch, metadataHash);

    public void RestoreTargetEpoch(int epoch, long timestamp) => (AssignmentEpoch, AssignmentTimestamp) = (epoch, timestamp);

    public void RestoreMember(string memberId, MemberMetadata? metadata)
    {
        if (metadata is not null) Put((_members.GetValueOrDefault(memberId) ?? New(memberId)) with { Metadata = metadata });
        else if (_members.TryGetValue(memberId, out var member)) Remove(member);
    }

    public void RestoreTarget(string memberId, IReadOnlySet<TopicIdPartition>? target)
    {
        if (target is not null) _targets[memberId] = target;
        else _targets.Remove(memberId);
    }

    public void RestoreCurrent(string memberId, CurrentAssignment? current)
    {
        if (_members.TryGetValue(memberId, out var member)) Put(member with { Current = current ?? CurrentAssignment.New });
        else if (current is not null) Put(New(memberId) with { Current = current });
    }

    public void RestoreRegex(string expression, ResolvedRegex? resolved)
    {
        if (resolved is not null) _regexes[expression] = resolved;
        else _regexes.Remove(expression);
    }

    /// <summary>All is read: members get a full session to show that they still live, and a full rebalance timeout for what they must give up.</summary>
    public void Restored(GroupTime now)
    {
        // Owners may have been read in any order of records.
        _owners.Clear();
        foreach (var member in _members.Values.ToList()) Put(member);
        foreach (var stranger in _targets.Keys.Where(memberId => !_members.ContainsKey(memberId)).ToList()) _targets.Remove(stranger);
        foreach (var member in _members.Values)
        {
            ExtendSession(member.MemberId, member.Metadata.Classic?.SessionTimeoutMs ?? environment.SettingsOf(GroupId).SessionTimeoutMs, now);
            if (!member.UsesClassicProtocol) WatchRevocation(member, now);
        }
    }
}
