using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>How a member comes in, comes back, and goes.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>A name may fill a protocol string by itself; the member id made from it must still fit one.</summary>
    private const int MaxNameInMemberId = 4096;

    public void Join(GroupJoin request, Reply<JoinGroupResult> reply, GroupTime now, GroupEffects effects)
    {
        var known = request.MemberId.Length > 0;
        if (State == ClassicGroupState.Dead) Refuse(ErrorCode.CoordinatorNotAvailable);
        else if (!HasRoomFor(request)) effects.Answer(reply, new JoinGroupResult(ErrorCode.GroupMaxSizeReached, ""));
        else if (!Accepts(request)) Refuse(ErrorCode.InconsistentGroupProtocol);
        else if (!known) JoinNew(request, reply, now, effects);
        else if (_pendingMembers.ContainsKey(request.MemberId)) JoinPending(request, reply, now, effects);
        else if (Validate(new MemberIdentity(request.MemberId, request.InstanceId), out var member) is not ErrorCode.None and var error) Refuse(error);
        else Rejoin(member!, request, reply, now, effects);

        void Refuse(ErrorCode error) => effects.Answer(reply, new JoinGroupResult(error, request.MemberId));
    }

    /// <summary>A batch of leavers (KIP-345); one rebalance for all of them.</summary>
    public IReadOnlyList<LeaveResult> Leave(IReadOnlyList<MemberIdentity> leavers, GroupTime now, GroupEffects effects)
    {
        var results = new List<LeaveResult>(leavers.Count);
        var (membersBefore, pendingBefore) = (_members.Count, _pendingMembers.Count);
        foreach (var leaver in leavers) results.Add(new LeaveResult(leaver, LeaveOne(leaver, effects)));

        if (_members.Count < membersBefore) MembershipShrank(now, effects);
        else if (_pendingMembers.Count < pendingBefore) PendingMembersShrank(now, effects);
        return results;
    }

    private ErrorCode LeaveOne(MemberIdentity leaver, GroupEffects effects)
    {
        if (leaver.InstanceId is null && _pendingMembers.Remove(leaver.MemberId)) return ErrorCode.None;

        // An operator removes a static member by its name alone.
        if (leaver is { InstanceId: { } instance, MemberId.Length: 0 } && _memberOfInstance.TryGetValue(instance, out var holder))
        {
            leaver = leaver with { MemberId = holder };
        }

        var error = Validate(leaver, out var member);
        if (error == ErrorCode.None) Expel(member!, effects);
        return error;
    }

    /// <summary>Removes a member and tells its parked requests that it is no longer one.</summary>
    private void Expel(GroupMember member, GroupEffects effects)
    {
        AnswerJoin(member, ErrorCode.UnknownMemberId, effects);
        AnswerSync(member, ErrorCode.UnknownMemberId, effects);
        Remove(member);
    }

    private bool HasRoomFor(GroupJoin request)
    {
        if (request.MemberId.Length == 0 && _pendingMembers.Count >= options.MaxSize) return false;
        // Whoever holds a place keeps it, a restarted static member too.
        if (State == ClassicGroupState.Empty || Holder(request) is not null) return true;
        // While members gather, those that have not come back may never do: only the present ones count.
        return (State == ClassicGroupState.PreparingRebalance ? _parkedJoins : _members.Count) < options.MaxSize;
    }

    private GroupMember? Holder(GroupJoin request)
    {
        if (_members.TryGetValue(request.MemberId, out var member)) return member;
        return request.InstanceId is not null && _memberOfInstance.TryGetValue(request.InstanceId, out var holder) ? _members[holder] : null;
    }

    /// <summary>A member must speak the group's protocol type and share a protocol with everybody in it.</summary>
    private bool Accepts(GroupJoin request)
    {
        if (_members.Count == 0) return request.ProtocolType.Length > 0 && request.Protocols.Count > 0;
        return string.Equals(request.ProtocolType, ProtocolType, StringComparison.Ordinal)
            && request.Protocols.Any(p => IsCandidate(p.Name));
    }

    private void JoinNew(GroupJoin request, Reply<JoinGroupResult> reply, GroupTime now, GroupEffects effects)
    {
        var name = request.InstanceId ?? request.ClientId;
        var memberId = $"{(name.Length > MaxNameInMemberId ? name[..MaxNameInMemberId] : name)}-{newUuid()}";
        if (request.InstanceId is not null && _memberOfInstance.TryGetValue(request.InstanceId, out var holder))
        {
            ReplaceStatic(_members[holder], memberId, request, reply, now, effects);
        }
        else if (request is { InstanceId: null, RequiresKnownMemberId: true })
        {
            AddPending(memberId, request.SessionTimeoutMs, now);
            effects.Answer(reply, new JoinGroupResult(ErrorCode.MemberIdRequired, memberId));
        }
        else
        {
            AddAndRebalance(memberId, request, reply, now, effects);
        }
    }

    private void JoinPending(GroupJoin request, Reply<JoinGroupResult> reply, GroupTime now, GroupEffects effects)
    {
        if (request.InstanceId is not null)
        {
            // Ids are only ever promised to dynamic members.
            effects.Answer(reply, new JoinGroupResult(ErrorCode.UnknownMemberId, request.MemberId));
            return;
        }

        _pendingMembers.Remove(request.MemberId);
        AddAndRebalance(request.MemberId, request, reply, now, effects);
    }

    private void AddAndRebalance(string memberId, GroupJoin request, Reply<JoinGroupResult> reply, GroupTime now, GroupEffects effects)
    {
        if (_members.Count == 0) ProtocolType = request.ProtocolType;
        var member = new GroupMember(memberId, request.InstanceId) { IsNew = true };
        Describe(member, request);
        Add(member);
        if (_initialRebalance) _newMemberAdded = true;
        ParkJoin(member, reply, effects);
        SetSessionDeadline(member, now.Monotonic + (long)options.NewMemberJoinTimeout.TotalMilliseconds);
        RebalanceOrContinue(now, effects);
    }

    private void Rejoin(GroupMember member, GroupJoin request, Reply<JoinGroupResult> reply, GroupTime now, GroupEffects effects)
    {
        var unchanged = member.Offers(request.Protocols);
        switch (State)
        {
            // Its answer was lost: the same generation again, no need to disturb the others.
            case ClassicGroupState.CompletingRebalance when unchanged:
            // A follower with nothing new. A leader that joins again has seen something (a new partition) and wants to assign anew.
            case ClassicGroupState.Stable when unchanged && !IsLeader(member):
                ExtendSession(member, now);
                effects.Answer(reply, Joined(member));
                break;
            case ClassicGroupState.Empty or ClassicGroupState.Dead:
                effects.Answer(reply, new JoinGroupResult(ErrorCode.UnknownMemberId, request.MemberId));
                break;
            default:
                UpdateMember(member, request);
                ParkJoin(member, reply, effects);
                RebalanceOrContinue(now, effects);
                break;
        }
    }

    /// <summary>A static member came back under its name: it takes over the old place, and the old process, if it still runs, is fenced.</summary>
    private void ReplaceStatic(GroupMember old, string newMemberId, GroupJoin request, Reply<JoinGroupResult> reply, GroupTime now, GroupEffects effects)
    {
        var formerLeader = LeaderId;
        AnswerJoin(old, ErrorCode.FencedInstanceId, effects);
        AnswerSync(old, ErrorCode.FencedInstanceId, effects);
        var owedSync = old.OwesSync;
        var wasLeader = IsLeader(old);
        Remove(old);

        var member = new GroupMember(newMemberId, old.InstanceId) { Assignment = old.Assignment };
        Describe(member, request);
        Add(member);
        SetOwesSync(member, owedSync);
        if (wasLeader) LeaderId = newMemberId;
        ExtendSession(member, now);

        if (State == ClassicGroupState.Stable && string.Equals(SelectProtocol(), ProtocolName, StringComparison.Ordinal) && MetadataBytes() <= options.MaxRecordBytes)
        {
            effects.PersistGroup = true;
            effects.Answer(reply, JoinedWithoutRebalance(member, request, wasLeader, formerLeader));
            return;
        }

        ParkJoin(member, reply, effects);
        RebalanceOrContinue(now, effects);
    }

    private JoinGroupResult JoinedWithoutRebalance(GroupMember member, GroupJoin request, bool isLeader, string? formerLeader)
    {
        // From v9 a leader is told to skip the assignment; older clients are shown the former leader's id, which nobody is, so that none of them assigns.
        if (request.SupportsSkippingAssignment) return Joined(member) with { SkipAssignment = isLeader };
        return Joined(member) with { Leader = formerLeader ?? "", Members = [] };
    }

    private void UpdateMember(GroupMember member, GroupJoin request)
    {
        CountSupport(member, -1);
        Describe(member, request);
        CountSupport(member, +1);
    }

    private static void Describe(GroupMember member, GroupJoin request)
    {
        member.ClientId = request.ClientId;
        member.ClientHost = request.ClientHost;
        member.SessionTimeoutMs = request.SessionTimeoutMs;
        member.RebalanceTimeoutMs = request.RebalanceTimeoutMs;
        member.Protocols = request.Protocols;
    }

    private JoinGroupResult Joined(GroupMember member) => new(ErrorCode.None, member.MemberId)
    {
        Generation = Generation,
        ProtocolType = ProtocolType,
        ProtocolName = ProtocolName,
        Leader = LeaderId ?? "",
        Members = IsLeader(member) ? [.. _members.Values.Select(m => new JoinedMember(m.MemberId, m.InstanceId, m.MetadataOf(ProtocolName)))] : [],
    };
}
