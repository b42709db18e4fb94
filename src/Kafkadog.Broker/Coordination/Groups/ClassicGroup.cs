using Kafkadog.Broker.Embedding;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>
/// A consumer group of the classic protocol as a pure state machine: an input and the time go in, the effects come out.
/// No I/O, no clock, no lock. Owned by the loop of <see cref="ClassicGroup"/>.
/// <para>Joins are in ClassicGroup.Join.cs, the two phases of a rebalance in ClassicGroup.Rebalance.cs, timeouts in ClassicGroup.Timeouts.cs.</para>
/// </summary>
/// <remarks>KIP-62 (rebalance timeout), KIP-345 (static members), KIP-394 (member id first), KIP-429 (cooperative), KIP-559 (protocol checks), KIP-814 (static leader).</remarks>
internal sealed partial class ClassicGroup(string groupId, GroupOptions options, Func<string> newUuid) : IGroup
{
    public const string ConsumerProtocolType = "consumer";

    public const string Type = "classic";

    private readonly Dictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _memberOfInstance = new(StringComparer.Ordinal);

    /// <summary>Ids handed out by KIP-394 whose owners have not come back, and when each is forgotten.</summary>
    private readonly Dictionary<string, long> _pendingMembers = new(StringComparer.Ordinal);

    /// <summary>How many members support each protocol name: those that all support are the candidates.</summary>
    private readonly Dictionary<string, int> _supporters = new(StringComparer.Ordinal);

    private int _parkedJoins;
    private int _owedSyncs;

    public string GroupId { get; } = groupId;
    public ClassicGroupState State { get; private set; }
    public int Generation { get; private set; }
    public string? ProtocolType { get; private set; }
    public string? ProtocolName { get; private set; }
    public string? LeaderId { get; private set; }

    /// <summary>When the group came into its state, wall clock in milliseconds; the retention of an empty group's offsets counts from here. -1 is unknown.</summary>
    public long StateTimestamp { get; private set; } = -1;

    public IReadOnlyCollection<GroupMember> Members => _members.Values;

    /// <summary>True when no member holds or asks for a place.</summary>
    public bool IsVacant => State == ClassicGroupState.Empty && _members.Count == 0 && _pendingMembers.Count == 0;

    /// <summary>A group made by commits alone has no record of its own.</summary>
    public bool IsWritten => ProtocolType is not null;

    public bool IsDead => State == ClassicGroupState.Dead;

    /// <summary>Topics of the current generation's subscriptions; null when they are unknown (not a consumer group, or not readable).</summary>
    public IReadOnlySet<string>? SubscribedTopics { get; private set; }

    public bool UsesConsumerProtocol => string.Equals(ProtocolType, ConsumerProtocolType, StringComparison.Ordinal);

    public bool IsSubscribedTo(string topic) =>
        _members.Count > 0 && (SubscribedTopics?.Contains(topic) ?? UsesConsumerProtocol);

    /// <summary>Brings back what the log says. Members are given a full session to show that they still live.</summary>
    public void Restore(string protocolType, int generation, string? protocol, string? leader, long stateTimestamp, IEnumerable<GroupMember> members, GroupTime now)
    {
        Generation = generation;
        ProtocolType = protocolType.Length > 0 ? protocolType : null;
        ProtocolName = protocol;
        foreach (var member in members)
        {
            Add(member);
            ExtendSession(member, now);
        }

        LeaderId = leader is not null && _members.ContainsKey(leader) ? leader : _members.Keys.FirstOrDefault();
        State = _members.Count > 0 ? ClassicGroupState.Stable : ClassicGroupState.Empty;
        StateTimestamp = stateTimestamp;
        SubscribedTopics = _members.Count > 0 ? ReadSubscriptions() : null;
    }

    /// <summary>Takes the group out of use; every request that is still parked is answered.</summary>
    public void Die(ErrorCode error, GroupEffects effects)
    {
        foreach (var member in _members.Values)
        {
            AnswerJoin(member, error, effects);
            AnswerSync(member, error, effects);
        }

        _pendingMembers.Clear();
        _joinDeadline = _syncDeadline = _nextSessionCheck = Never;
        State = ClassicGroupState.Dead;
    }

    public ErrorCode Heartbeat(MemberIdentity who, int generation, GroupTime now)
    {
        if (State == ClassicGroupState.Dead) return ErrorCode.CoordinatorNotAvailable;
        if (Validate(who, out var member) is not ErrorCode.None and var error) return error;
        if (generation != Generation) return ErrorCode.IllegalGeneration;

        switch (State)
        {
            case ClassicGroupState.PreparingRebalance:
                ExtendSession(member!, now);
                return ErrorCode.RebalanceInProgress;
            case ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable:
                ExtendSession(member!, now);
                return ErrorCode.None;
            default:
                return ErrorCode.UnknownMemberId;
        }
    }

    /// <summary>Whether offsets may be committed by <paramref name="who"/>. A commit is a sign of life too.</summary>
    public ErrorCode ValidateCommit(MemberIdentity who, int generation, bool transactional, GroupTime now)
    {
        if (State == ClassicGroupState.Dead) return ErrorCode.CoordinatorNotAvailable;
        // Administrators and consumers that assign partitions themselves commit without being members; never beside members.
        if (generation < 0 && State == ClassicGroupState.Empty) return ErrorCode.None;

        if (generation >= 0 || who.MemberId.Length > 0 || who.InstanceId is not null)
        {
            if (Validate(who, out var member) is not ErrorCode.None and var error) return error;
            if (generation != Generation) return ErrorCode.IllegalGeneration;
            if (State is ClassicGroupState.Stable or ClassicGroupState.PreparingRebalance) ExtendSession(member!, now);
        }
        else if (!transactional && State != ClassicGroupState.Empty)
        {
            return ErrorCode.UnknownMemberId;
        }

        // The members do not know their partitions yet: what they commit now may belong to somebody else.
        return !transactional && State == ClassicGroupState.CompletingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
    }

    public ErrorCode ValidateCommit(GroupCommit request, GroupTime now) => ValidateCommit(request.Member, request.Generation, request.Transaction is not null, now);

    /// <summary>A generation stands for all its members' partitions.</summary>
    public ErrorCode ValidateCommit(GroupCommit request, TopicPartition partition) => ErrorCode.None;

    public ErrorCode ValidateFetch(OffsetReader reader) => ErrorCode.None;

    public ErrorCode ValidateDelete() => State switch
    {
        ClassicGroupState.Dead => ErrorCode.GroupIdNotFound,
        ClassicGroupState.Empty => ErrorCode.None,
        _ => ErrorCode.NonEmptyGroup,
    };

    /// <summary>Whether offsets may be deleted at all; topics the group reads are refused one by one (<see cref="IsSubscribedTo"/>).</summary>
    public ErrorCode ValidateOffsetDelete() => State switch
    {
        ClassicGroupState.Dead => ErrorCode.GroupIdNotFound,
        ClassicGroupState.Empty => ErrorCode.None,
        _ => UsesConsumerProtocol ? ErrorCode.None : ErrorCode.NonEmptyGroup,
    };

    public GroupListing List() => new(GroupId, ProtocolType ?? "", State.ToString(), Type);

    public KafkaGroup Show()
    {
        var group = Describe();
        return new KafkaGroup(
            GroupId, group.State,
            [.. group.Members.Select(m => new KafkaGroupMember(m.Member.MemberId, m.Member.InstanceId, m.ClientId, ConsumerAssignment.Parse(m.Assignment)))]);
    }

    public long? RetentionStart(string topic, CommittedOffset offset)
    {
        // A simple group never had members: each commit stands for itself.
        if (ProtocolType is null) return offset.CommitTimestamp;
        if (State == ClassicGroupState.Empty) return StateTimestamp >= 0 ? StateTimestamp : offset.CommitTimestamp;
        var forgotten = State == ClassicGroupState.Stable && UsesConsumerProtocol && SubscribedTopics is not null && !IsSubscribedTo(topic);
        return forgotten ? offset.CommitTimestamp : null;
    }

    public IEnumerable<OffsetsRecord> Tombstones() => IsWritten ? [GroupRecords.GroupTombstone(GroupId)] : [];

    /// <summary>Metadata and assignments are shown in a stable group only: before, they belong to no generation.</summary>
    public GroupDescription Describe()
    {
        var stable = State == ClassicGroupState.Stable;
        var members = new List<MemberDescription>(_members.Count);
        foreach (var member in _members.Values)
        {
            members.Add(new MemberDescription(
                member.Identity,
                member.ClientId,
                member.ClientHost,
                stable ? member.MetadataOf(ProtocolName) : default,
                stable ? member.Assignment : default));
        }

        return new GroupDescription(GroupId, ErrorCode.None, State.ToString(), ProtocolType ?? "", stable ? ProtocolName ?? "" : "", members);
    }

    private ErrorCode Validate(MemberIdentity who, out GroupMember? member)
    {
        member = null;
        if (who.InstanceId is not null)
        {
            if (!_memberOfInstance.TryGetValue(who.InstanceId, out var holder)) return ErrorCode.UnknownMemberId;
            if (!string.Equals(holder, who.MemberId, StringComparison.Ordinal)) return ErrorCode.FencedInstanceId;
        }

        return _members.TryGetValue(who.MemberId, out member) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private void Add(GroupMember member)
    {
        _members.Add(member.MemberId, member);
        if (member.InstanceId is not null) _memberOfInstance[member.InstanceId] = member.MemberId;
        LeaderId ??= member.MemberId;
        CountSupport(member, +1);
    }

    private void Remove(GroupMember member)
    {
        if (!_members.Remove(member.MemberId)) return;
        CountSupport(member, -1);
        if (member.OwesSync) SetOwesSync(member, owes: false);
        if (member.InstanceId is not null && string.Equals(_memberOfInstance.GetValueOrDefault(member.InstanceId), member.MemberId, StringComparison.Ordinal))
        {
            _memberOfInstance.Remove(member.InstanceId);
        }

        if (string.Equals(LeaderId, member.MemberId, StringComparison.Ordinal)) LeaderId = _members.Keys.FirstOrDefault();
    }

    private void CountSupport(GroupMember member, int change)
    {
        foreach (var name in member.Protocols.Select(p => p.Name).Distinct(StringComparer.Ordinal))
        {
            var count = _supporters.GetValueOrDefault(name) + change;
            if (count == 0) _supporters.Remove(name);
            else _supporters[name] = count;
        }
    }

    private bool IsCandidate(string protocol) => _supporters.GetValueOrDefault(protocol) == _members.Count;

    private void SetOwesSync(GroupMember member, bool owes)
    {
        if (member.OwesSync == owes) return;
        member.OwesSync = owes;
        _owedSyncs += owes ? 1 : -1;
    }

    private void ParkJoin(GroupMember member, Reply<JoinGroupResult> reply, GroupEffects effects)
    {
        // The client gave up on its earlier request, or it would not ask again.
        AnswerJoin(member, ErrorCode.RebalanceInProgress, effects);
        member.ParkedJoin = reply;
        _parkedJoins++;
    }

    private void AnswerJoin(GroupMember member, JoinGroupResult result, GroupEffects effects)
    {
        if (member.ParkedJoin is not { } reply) return;
        member.ParkedJoin = null;
        _parkedJoins--;
        effects.Answer(reply, result);
    }

    private void AnswerJoin(GroupMember member, ErrorCode error, GroupEffects effects) =>
        AnswerJoin(member, new JoinGroupResult(error, member.MemberId), effects);

    private static void AnswerSync(GroupMember member, SyncGroupResult result, GroupEffects effects)
    {
        if (member.ParkedSync is not { } reply) return;
        member.ParkedSync = null;
        effects.Answer(reply, result);
    }

    private static void AnswerSync(GroupMember member, ErrorCode error, GroupEffects effects) =>
        AnswerSync(member, new SyncGroupResult(error), effects);

    private bool IsLeader(GroupMember member) => string.Equals(LeaderId, member.MemberId, StringComparison.Ordinal);

    private void Enter(ClassicGroupState state, GroupTime now)
    {
        State = state;
        StateTimestamp = now.Unix;
    }
}
