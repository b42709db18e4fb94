using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>The two phases of a rebalance: everybody joins, then the leader's assignment goes out.</summary>
internal sealed partial class ClassicGroup
{
    /// <summary>The group was empty when this rebalance began: it waits a little for more members, and longer whenever one comes.</summary>
    private bool _initialRebalance;
    private bool _newMemberAdded;
    private long _initialRemainingMs;

    /// <summary>Begins with the members of a group of the consumer protocol; they are asked to join at once.</summary>
    /// <param name="generation">The epoch they have come to.</param>
    public void BeginWith(int generation, IEnumerable<GroupMember> members, GroupTime now, GroupEffects effects)
    {
        Generation = generation;
        ProtocolType = ConsumerProtocolType;
        foreach (var member in members)
        {
            Add(member);
            ExtendSession(member, now);
        }

        ProtocolName = SelectProtocol();
        SubscribedTopics = ReadSubscriptions();
        Enter(ClassicGroupState.Stable, now);
        effects.PersistGroup = true;
        PrepareRebalance(now, effects);
    }

    public void Sync(GroupSync request, Reply<SyncGroupResult> reply, GroupTime now, GroupEffects effects)
    {
        if (ValidateSync(request, out var member) is not ErrorCode.None and var error)
        {
            effects.Answer(reply, error);
            return;
        }

        switch (State)
        {
            case ClassicGroupState.PreparingRebalance:
                effects.Answer(reply, ErrorCode.RebalanceInProgress);
                break;
            case ClassicGroupState.CompletingRebalance:
                SetOwesSync(member!, owes: false);
                AnswerSync(member!, ErrorCode.RebalanceInProgress, effects);
                member!.ParkedSync = reply;
                if (IsLeader(member)) Assign(request.Assignments, now, effects);
                break;
            case ClassicGroupState.Stable:
                SetOwesSync(member!, owes: false);
                ExtendSession(member!, now);
                effects.Answer(reply, new SyncGroupResult(ErrorCode.None, member!.Assignment, ProtocolType, ProtocolName));
                break;
            default:
                effects.Answer(reply, ErrorCode.UnknownMemberId);
                break;
        }
    }

    private ErrorCode ValidateSync(GroupSync request, out GroupMember? member)
    {
        member = null;
        if (State == ClassicGroupState.Dead) return ErrorCode.CoordinatorNotAvailable;
        if (Validate(request.Member, out member) is not ErrorCode.None and var error) return error;
        if (request.Generation != Generation) return ErrorCode.IllegalGeneration;
        if (request.ProtocolType is { } type && !string.Equals(type, ProtocolType, StringComparison.Ordinal)) return ErrorCode.InconsistentGroupProtocol;
        if (request.ProtocolName is { } name && !string.Equals(name, ProtocolName, StringComparison.Ordinal)) return ErrorCode.InconsistentGroupProtocol;
        return ErrorCode.None;
    }

    /// <summary>The leader's assignment: whoever it forgot gets nothing, whoever is not a member is ignored.</summary>
    private void Assign(IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> assignments, GroupTime now, GroupEffects effects)
    {
        foreach (var member in _members.Values) member.Assignment = default;
        foreach (var (memberId, assignment) in assignments)
        {
            if (_members.TryGetValue(memberId, out var member)) member.Assignment = assignment;
        }

        if (MetadataBytes() > options.MaxRecordBytes)
        {
            // It could not be written, so it must not be handed out.
            foreach (var member in _members.Values)
            {
                ReleaseSync(member, ErrorCode.UnknownServerError, now, effects);
            }

            PrepareRebalance(now, effects);
            return;
        }

        effects.PersistGroup = true;
        Enter(ClassicGroupState.Stable, now);
        foreach (var member in _members.Values)
        {
            if (member.ParkedSync is null) continue;
            AnswerSync(member, new SyncGroupResult(ErrorCode.None, member.Assignment, ProtocolType, ProtocolName), effects);
            ExtendSession(member, now);
        }
    }

    /// <summary>The size of the record that describes this group, never less than the truth.</summary>
    private long MetadataBytes()
    {
        const int MostBytesPerChar = 3, FixedFields = 64;
        long size = FixedFields + (GroupId.Length + (ProtocolType?.Length ?? 0) + (ProtocolName?.Length ?? 0) + (LeaderId?.Length ?? 0)) * MostBytesPerChar;
        foreach (var member in _members.Values)
        {
            var text = member.MemberId.Length + (member.InstanceId?.Length ?? 0) + member.ClientId.Length + member.ClientHost.Length;
            size += FixedFields + text * MostBytesPerChar + member.MetadataOf(ProtocolName).Length + member.Assignment.Length;
        }

        return size;
    }

    private void RebalanceOrContinue(GroupTime now, GroupEffects effects)
    {
        if (State == ClassicGroupState.PreparingRebalance) CompleteJoinIfAllAreHere(now, effects);
        else PrepareRebalance(now, effects);
    }

    private void MembershipShrank(GroupTime now, GroupEffects effects)
    {
        switch (State)
        {
            case ClassicGroupState.Stable or ClassicGroupState.CompletingRebalance:
                PrepareRebalance(now, effects);
                break;
            case ClassicGroupState.PreparingRebalance:
                CompleteJoinIfAllAreHere(now, effects);
                break;
        }
    }

    /// <summary>A promised id that nobody uses disturbs no generation, but the others may have waited for it.</summary>
    private void PendingMembersShrank(GroupTime now, GroupEffects effects)
    {
        if (State == ClassicGroupState.PreparingRebalance) CompleteJoinIfAllAreHere(now, effects);
    }

    private void PrepareRebalance(GroupTime now, GroupEffects effects)
    {
        if (State == ClassicGroupState.CompletingRebalance)
        {
            foreach (var member in _members.Values)
            {
                ReleaseSync(member, ErrorCode.RebalanceInProgress, now, effects);
            }
        }

        _syncDeadline = Never;
        _initialRebalance = State == ClassicGroupState.Empty;
        _newMemberAdded = false;
        Enter(ClassicGroupState.PreparingRebalance, now);
        if (_initialRebalance)
        {
            var delay = (long)options.InitialRebalanceDelay.TotalMilliseconds;
            _initialRemainingMs = Math.Max(LongestRebalanceTimeout() - delay, 0);
            _joinDeadline = now.Monotonic + delay;
            return;
        }

        _joinDeadline = now.Monotonic + LongestRebalanceTimeout();
        CompleteJoinIfAllAreHere(now, effects);
    }

    /// <summary>Sends a member that waits for its assignment back to join; its session runs again from now.</summary>
    private void ReleaseSync(GroupMember member, ErrorCode error, GroupTime now, GroupEffects effects)
    {
        member.Assignment = default;
        if (member.ParkedSync is null) return;
        AnswerSync(member, error, effects);
        ExtendSession(member, now);
    }

    private void CompleteJoinIfAllAreHere(GroupTime now, GroupEffects effects)
    {
        if (!_initialRebalance && _parkedJoins == _members.Count && _pendingMembers.Count == 0) CompleteJoin(now, effects);
    }

    /// <summary>The waiting time for the first members is over; if one came meanwhile, wait once more, within the rebalance timeout.</summary>
    private void CompleteInitialRebalanceOrWait(GroupTime now, GroupEffects effects)
    {
        if (!_newMemberAdded || _initialRemainingMs == 0)
        {
            CompleteJoin(now, effects);
            return;
        }

        _newMemberAdded = false;
        var delay = Math.Min((long)options.InitialRebalanceDelay.TotalMilliseconds, _initialRemainingMs);
        _initialRemainingMs -= delay;
        _joinDeadline = now.Monotonic + delay;
    }

    private void CompleteJoin(GroupTime now, GroupEffects effects)
    {
        _joinDeadline = Never;
        _initialRebalance = false;
        // Who did not come back is out; a static member keeps its place until its session ends.
        foreach (var absent in _members.Values.Where(m => m.ParkedJoin is null && !m.IsStatic).ToList()) Remove(absent);

        if (_members.Count == 0)
        {
            BecomeEmpty(now, effects);
        }
        else if (!ElectPresentLeader())
        {
            // Only absent static members are left: wait until they return or their sessions end.
            _joinDeadline = now.Monotonic + LongestRebalanceTimeout();
        }
        else
        {
            BeginGeneration(now, effects);
        }
    }

    private void BecomeEmpty(GroupTime now, GroupEffects effects)
    {
        Generation++;
        ProtocolName = null;
        LeaderId = null;
        SubscribedTopics = null;
        Enter(ClassicGroupState.Empty, now);
        effects.PersistGroup = true;
    }

    private void BeginGeneration(GroupTime now, GroupEffects effects)
    {
        Generation++;
        ProtocolName = SelectProtocol();
        SubscribedTopics = ReadSubscriptions();
        Enter(ClassicGroupState.CompletingRebalance, now);
        foreach (var member in _members.Values)
        {
            AnswerJoin(member, Joined(member), effects);
            member.IsNew = false;
            ExtendSession(member, now);
            SetOwesSync(member, owes: true);
        }

        _syncDeadline = now.Monotonic + LongestRebalanceTimeout();
    }

    private bool ElectPresentLeader()
    {
        if (LeaderId is not null && _members[LeaderId].ParkedJoin is not null) return true;
        var present = _members.Values.FirstOrDefault(m => m.ParkedJoin is not null);
        if (present is null) return false;
        LeaderId = present.MemberId;
        return true;
    }

    /// <summary>Every member votes for the first protocol of its list that all support; a tie goes to what the leader prefers.</summary>
    private string SelectProtocol()
    {
        var votes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in _members.Values)
        {
            var choice = member.Protocols.FirstOrDefault(p => IsCandidate(p.Name)).Name;
            if (choice is not null) votes[choice] = votes.GetValueOrDefault(choice) + 1;
        }

        if (votes.Count == 0) throw new InvalidOperationException($"The members of group {GroupId} share no protocol.");
        var most = votes.Values.Max();
        return _members[LeaderId!].Protocols.Select(p => p.Name).FirstOrDefault(name => votes.GetValueOrDefault(name) == most)
            ?? votes.First(v => v.Value == most).Key;
    }

    private HashSet<string>? ReadSubscriptions()
    {
        if (!UsesConsumerProtocol || ProtocolName is null) return null;
        var topics = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in _members.Values)
        {
            if (!ConsumerSubscription.TryRead(member.MetadataOf(ProtocolName).Span, out var subscription)) return null;
            topics.UnionWith(subscription.Topics);
        }

        return topics;
    }

    private int LongestRebalanceTimeout() => _members.Count == 0 ? 0 : _members.Values.Max(m => m.RebalanceTimeoutMs);
}
