using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>How members come in, are replaced, and go.</summary>
internal sealed partial class ConsumerGroup
{
    /// <summary>A member leaves for good, or, if it is static, for a while: then its partitions wait for it as long as its session.</summary>
    public ConsumerHeartbeatResult Leave(ConsumerHeartbeat request, GroupEffects effects)
    {
        ConsumerMember? member;
        if (request.InstanceId is null)
        {
            if (!_members.TryGetValue(request.MemberId, out member)) return UnknownMember(request.MemberId);
        }
        else
        {
            if (!_memberOfInstance.TryGetValue(request.InstanceId, out var holder)) return Refusal(ErrorCode.UnknownMemberId, $"Instance id {request.InstanceId} is unknown.");
            member = _members[holder];
            if (IsFenced(member, request.MemberId, request.InstanceId) is { } fenced) return fenced;
        }

        if (request.MemberEpoch == CurrentAssignment.AwayEpoch) StepAside(member, effects);
        else Fence([member], effects);
        return new ConsumerHeartbeatResult(ErrorCode.None) { MemberId = member.MemberId, MemberEpoch = request.MemberEpoch };
    }

    private bool IsFullFor(string memberId) => _members.Count >= environment.Options.ConsumerMaxSize && !_members.ContainsKey(memberId);

    private static ConsumerMember New(string memberId) => new(memberId, new MemberMetadata(), CurrentAssignment.New);

    private static ConsumerHeartbeatResult? IsFenced(ConsumerMember holder, string memberId, string instanceId) =>
        string.Equals(holder.MemberId, memberId, StringComparison.Ordinal) ? null : Refusal(
            ErrorCode.FencedInstanceId, $"Static member {memberId} with instance id {instanceId} was fenced by member {holder.MemberId}.");

    /// <summary>The member that comes back under another id, with all its predecessor had.</summary>
    private static ConsumerMember TakeOver(ConsumerMember predecessor, string memberId) => predecessor with
    {
        MemberId = memberId,
        Current = predecessor.Current with
        {
            Epoch = 0,
            PreviousEpoch = 0,
            Assigned = SinceZero(predecessor.Current.Assigned),
            PendingRevocation = CurrentAssignment.Nothing,
            State = MemberState.Stable,
        },
    };

    /// <summary>Whatever it commits from now on is under a new id: no older epoch of this id could have owned them.</summary>
    private static Dictionary<TopicIdPartition, int> SinceZero(IReadOnlyDictionary<TopicIdPartition, int> partitions) => partitions.Keys.ToDictionary(p => p, _ => 0);

    private void Replace(ConsumerMember predecessor, ConsumerMember member, GroupEffects effects)
    {
        var target = TargetOf(predecessor.MemberId);
        effects.Write(ConsumerGroupRecords.MemberTombstones(GroupId, predecessor.MemberId));
        Remove(predecessor);
        _targets[member.MemberId] = target;
        Put(member);
        effects.Write(ConsumerGroupRecords.Member(GroupId, member));
        effects.Write(ConsumerGroupRecords.Target(GroupId, member.MemberId, target));
        effects.Write(ConsumerGroupRecords.Current(GroupId, member));
    }

    private void StepAside(ConsumerMember member, GroupEffects effects)
    {
        var away = member with
        {
            Current = member.Current with
            {
                Epoch = CurrentAssignment.AwayEpoch,
                Assigned = SinceZero(member.Current.Assigned),
                PendingRevocation = CurrentAssignment.Nothing,
            },
        };
        Put(away);
        effects.Write(ConsumerGroupRecords.Current(GroupId, away));
    }

    /// <summary>Takes members out; the others learn of it with their next heartbeats.</summary>
    private void Fence(IReadOnlyCollection<ConsumerMember> members, GroupEffects effects)
    {
        if (members.Count == 0) return;
        foreach (var member in members)
        {
            Remove(member);
            effects.Write(ConsumerGroupRecords.MemberTombstones(GroupId, member.MemberId));
        }

        ForgetUnusedRegexes(effects);
        UpdateEpoch(bump: true, effects);
    }
}
