using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>
/// Members that speak the classic protocol in a consumer group, while its consumers are moved from one to the other one by one. To them the
/// member epoch is the generation and nobody is the leader: they join, are told at once, fetch what the coordinator assigned, and are sent to
/// join again whenever they must give something up or can have more. Nothing is parked.
/// </summary>
internal sealed partial class ConsumerGroup
{
    /// <summary>True when all members speak the classic protocol, so that the group may become a classic one again.</summary>
    public bool HasOnlyClassicMembers => _members.Count > 0 && _members.Values.All(member => member.UsesClassicProtocol);

    public JoinGroupResult Join(GroupJoin request, GroupTime now, GroupEffects effects)
    {
        if (environment.Options.MigrationPolicy == ConsumerGroupMigrationPolicy.Disabled) return new JoinGroupResult(ErrorCode.InconsistentGroupProtocol, request.MemberId);
        var isNew = request.MemberId.Length == 0;
        var memberId = isNew ? environment.NewUuid() : request.MemberId;
        if (IsFullFor(memberId)) return new JoinGroupResult(ErrorCode.GroupMaxSizeReached, "");
        if (!Accepts(request)) return new JoinGroupResult(ErrorCode.InconsistentGroupProtocol, request.MemberId);
        if (isNew && request is { InstanceId: null, RequiresKnownMemberId: true }) return new JoinGroupResult(ErrorCode.MemberIdRequired, memberId);
        if (!ConsumerProtocol.TryReadSubscription(request.Protocols[0].Metadata, out var subscription)) return new JoinGroupResult(ErrorCode.InconsistentGroupProtocol, request.MemberId);

        ConsumerMember? replaced = null;
        var before = _members.GetValueOrDefault(memberId) ?? New(memberId);
        if (request.InstanceId is not null && _memberOfInstance.TryGetValue(request.InstanceId, out var holder))
        {
            if (!isNew && !string.Equals(holder, memberId, StringComparison.Ordinal)) return new JoinGroupResult(ErrorCode.FencedInstanceId, memberId);
            replaced = isNew ? _members[holder] : null;
            before = isNew ? TakeOver(_members[holder], memberId) : _members[holder];
        }
        else if (request.InstanceId is not null && !isNew)
        {
            return new JoinGroupResult(ErrorCode.UnknownMemberId, memberId);
        }

        if (replaced is not null) Replace(replaced, before, effects);
        var member = before with { Metadata = Merge(before.Metadata, request, subscription) };
        var changed = UpdateSubscription(before, member, static _ => true, now, effects);
        if (Epoch > AssignmentEpoch && MayAssign(now)) Assign(now, effects);
        var after = Reconcile(member, ToIds(subscription.Owned), changed, now, effects);

        var deadlines = DeadlinesOf(memberId);
        deadlines.Session = Soon(now.Monotonic + request.SessionTimeoutMs);
        deadlines.Join = ClassicGroup.Never;
        deadlines.Sync = Soon(now.Monotonic + request.RebalanceTimeoutMs);
        return new JoinGroupResult(ErrorCode.None, memberId)
        {
            Generation = after.Epoch,
            ProtocolType = ClassicGroup.ConsumerProtocolType,
            ProtocolName = request.Protocols[0].Name,
        };
    }

    public SyncGroupResult Sync(GroupSync request, GroupTime now)
    {
        if (FindClassic(request.Member, request.Generation, out var member) is not ErrorCode.None and var error) return new SyncGroupResult(error);
        var protocol = member!.Metadata.Classic!.Protocols[0];
        if (request.ProtocolType is { } type && !string.Equals(type, ClassicGroup.ConsumerProtocolType, StringComparison.Ordinal)) return new SyncGroupResult(ErrorCode.InconsistentGroupProtocol);
        if (request.ProtocolName is { } name && !string.Equals(name, protocol.Name, StringComparison.Ordinal)) return new SyncGroupResult(ErrorCode.InconsistentGroupProtocol);

        // Whoever still gives partitions up has joined for this already, and is sent to join again when it has.
        if (Epoch > member.Epoch && member.Current.State != MemberState.UnrevokedPartitions)
        {
            ExpectJoin(member, now);
            return new SyncGroupResult(ErrorCode.RebalanceInProgress);
        }

        DeadlinesOf(member.MemberId).Sync = ClassicGroup.Never;
        ExtendSession(member.MemberId, member.Metadata.Classic.SessionTimeoutMs, now);
        var version = ConsumerProtocol.TryReadSubscription(protocol.Metadata, out var subscription) ? subscription.Version : (short)0;
        return new SyncGroupResult(
            ErrorCode.None, ConsumerProtocol.WriteAssignment(version, ToNames(member.Current.Assigned.Keys)), ClassicGroup.ConsumerProtocolType, protocol.Name);
    }

    public ErrorCode Heartbeat(MemberIdentity who, int generation, GroupTime now)
    {
        if (FindClassic(who, generation, out var member) is not ErrorCode.None and var error) return error;
        ExtendSession(member!.MemberId, member.Metadata.Classic!.SessionTimeoutMs, now);
        var joinsAgain = member.Epoch < Epoch || member.Current.State switch
        {
            MemberState.UnrevokedPartitions => true,
            MemberState.UnreleasedPartitions => !TargetOf(member.MemberId).Any(p => !member.Current.Assigned.ContainsKey(p) && _owners.ContainsKey(p)),
            _ => false,
        };
        if (!joinsAgain) return ErrorCode.None;
        ExpectJoin(member, now);
        return ErrorCode.RebalanceInProgress;
    }

    /// <summary>Members of either protocol: an administrator removes both by this request.</summary>
    public IReadOnlyList<LeaveResult> Leave(IReadOnlyList<MemberIdentity> leavers, GroupEffects effects)
    {
        var results = new List<LeaveResult>(leavers.Count);
        var gone = new Dictionary<string, ConsumerMember>(StringComparer.Ordinal);
        foreach (var leaver in leavers)
        {
            // An operator removes a static member by its name alone.
            var named = leaver is { InstanceId: { } instance, MemberId.Length: 0 } && _memberOfInstance.TryGetValue(instance, out var holder)
                ? leaver with { MemberId = holder }
                : leaver;
            var error = Find(named, out var member);
            if (error == ErrorCode.None && !gone.TryAdd(member!.MemberId, member)) error = ErrorCode.UnknownMemberId;
            results.Add(new LeaveResult(named, error));
        }

        Fence(gone.Values, effects);
        return results;
    }

    /// <summary>A group that was a classic one until now, with its members and what they have.</summary>
    /// <returns>Null, with the reason, when it cannot become one.</returns>
    public static ConsumerGroup? From(ClassicGroup classic, ConsumerGroupEnvironment environment, GroupTime now, out string problem)
    {
        var name = classic.GroupId;
        problem = environment.Options.MigrationPolicy is not (ConsumerGroupMigrationPolicy.Upgrade or ConsumerGroupMigrationPolicy.Bidirectional)
            ? $"Cannot upgrade classic group {name} to consumer group because online upgrade is disabled."
            : classic.Members.Count > 0 && !classic.UsesConsumerProtocol
            ? $"Cannot upgrade classic group {name} to consumer group because the group does not use the consumer embedded protocol."
            : classic.Members.Count > environment.Options.ConsumerMaxSize
            ? $"Cannot upgrade classic group {name} to consumer group because the group size exceeds the consumer group maximum size."
            : "";
        if (problem.Length > 0) return null;

        var group = new ConsumerGroup(name, environment) { Epoch = Math.Max(classic.Generation, FirstEpoch), AssignmentEpoch = classic.Generation };
        foreach (var member in classic.Members)
        {
            if (group.Adopt(member, classic, now) is not { } refusal) continue;
            problem = refusal;
            return null;
        }

        group.MetadataHash = group.HashOfTopics();
        return group;
    }

    /// <summary>Everything there is, as records of a group that was of another kind before.</summary>
    public IEnumerable<OffsetsRecord> Records() =>
    [
        .. _members.Values.Select(member => ConsumerGroupRecords.Member(GroupId, member)),
        ConsumerGroupRecords.Epoch(GroupId, Epoch, MetadataHash),
        .. _targets.Select(target => ConsumerGroupRecords.Target(GroupId, target.Key, target.Value)),
        ConsumerGroupRecords.TargetEpoch(GroupId, AssignmentEpoch, AssignmentTimestamp),
        .. _members.Values.Select(member => ConsumerGroupRecords.Current(GroupId, member)),
    ];

    /// <summary>The members as a classic group keeps them, each with its target assignment.</summary>
    public IEnumerable<GroupMember> ToClassicMembers() => _members.Values.Where(member => member.UsesClassicProtocol).Select(member =>
    {
        var classic = member.Metadata.Classic!;
        var version = ConsumerProtocol.TryReadSubscription(classic.Protocols[0].Metadata, out var subscription) ? subscription.Version : (short)0;
        return new GroupMember(member.MemberId, member.Metadata.InstanceId)
        {
            ClientId = member.Metadata.ClientId,
            ClientHost = member.Metadata.ClientHost,
            SessionTimeoutMs = classic.SessionTimeoutMs,
            RebalanceTimeoutMs = member.Metadata.RebalanceTimeoutMs,
            Protocols = classic.Protocols,
            Assignment = ConsumerProtocol.WriteAssignment(version, ToNames(TargetOf(member.MemberId))),
        };
    });

    private string? Adopt(GroupMember member, ClassicGroup classic, GroupTime now)
    {
        var metadata = classic.ProtocolName is { } protocol && member.Supports(protocol) ? member.MetadataOf(protocol) : member.Protocols[0].Metadata;
        if (!ConsumerProtocol.TryReadSubscription(metadata, out var subscription) || !ConsumerProtocol.TryReadAssignment(member.Assignment, out var assignment))
        {
            return $"Cannot upgrade classic group {GroupId} to consumer group because the embedded consumer protocol is malformed.";
        }

        var partitions = ToIds(assignment.Partitions);
        if (assignment.HasUserData || partitions.Any(_owners.ContainsKey))
        {
            return $"Cannot upgrade classic group {GroupId} to consumer group because an unsupported custom assignor is in use. Please refer to the documentation or switch to a default assignor before re-attempting the upgrade.";
        }

        _targets[member.MemberId] = partitions;
        Put(new ConsumerMember(
            member.MemberId,
            new MemberMetadata
            {
                InstanceId = member.InstanceId,
                RackId = subscription.RackId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                RebalanceTimeoutMs = member.RebalanceTimeoutMs,
                Topics = MemberMetadata.Normalized(subscription.Topics),
                Classic = new ClassicMemberMetadata(member.SessionTimeoutMs, member.Protocols),
            },
            new CurrentAssignment(classic.Generation, classic.Generation, MemberState.Stable, partitions.ToDictionary(p => p, _ => classic.Generation), CurrentAssignment.Nothing)));
        ExtendSession(member.MemberId, member.SessionTimeoutMs, now);
        return null;
    }

    /// <summary>It must speak the protocol type of consumers and share an assignor with the other classic members, in case the group becomes theirs.</summary>
    private bool Accepts(GroupJoin request)
    {
        if (!string.Equals(request.ProtocolType, ClassicGroup.ConsumerProtocolType, StringComparison.Ordinal) || request.Protocols.Count == 0) return false;
        var others = _members.Values.Where(m => m.UsesClassicProtocol && !string.Equals(m.MemberId, request.MemberId, StringComparison.Ordinal)).ToList();
        return request.Protocols.Any(offer => others.TrueForAll(m => m.Metadata.Classic!.Protocols.Any(p => string.Equals(p.Name, offer.Name, StringComparison.Ordinal))));
    }

    private static MemberMetadata Merge(MemberMetadata before, GroupJoin request, ConsumerProtocol.Subscription subscription) => before with
    {
        InstanceId = request.InstanceId ?? before.InstanceId,
        RackId = subscription.RackId ?? before.RackId,
        RebalanceTimeoutMs = request.RebalanceTimeoutMs,
        Topics = MemberMetadata.Normalized(subscription.Topics),
        TopicRegex = "",
        ClientId = request.ClientId,
        ClientHost = request.ClientHost,
        Classic = new ClassicMemberMetadata(request.SessionTimeoutMs, request.Protocols),
    };

    private ErrorCode FindClassic(MemberIdentity who, int generation, out ConsumerMember? member)
    {
        if (Find(who, out member) is not ErrorCode.None and var error) return error;
        if (!member!.UsesClassicProtocol) return ErrorCode.UnknownMemberId;
        return generation == member.Epoch ? ErrorCode.None : ErrorCode.IllegalGeneration;
    }

    private ErrorCode Find(MemberIdentity who, out ConsumerMember? member)
    {
        member = null;
        if (who.InstanceId is not null)
        {
            if (!_memberOfInstance.TryGetValue(who.InstanceId, out var holder)) return ErrorCode.UnknownMemberId;
            if (!string.Equals(holder, who.MemberId, StringComparison.Ordinal)) return ErrorCode.FencedInstanceId;
        }

        return _members.TryGetValue(who.MemberId, out member) ? ErrorCode.None : ErrorCode.UnknownMemberId;
    }

    private void ExpectJoin(ConsumerMember member, GroupTime now)
    {
        var deadlines = DeadlinesOf(member.MemberId);
        if (deadlines.Join == ClassicGroup.Never) deadlines.Join = Soon(now.Monotonic + member.Metadata.RebalanceTimeoutMs);
    }

    private HashSet<TopicIdPartition> ToIds(IEnumerable<TopicPartition> partitions)
    {
        var ids = new HashSet<TopicIdPartition>();
        foreach (var partition in partitions)
        {
            if (environment.Topics.TryGet(partition.Topic, out var topic)) ids.Add(new TopicIdPartition(topic.Id, partition.Partition));
        }

        return ids;
    }

    private IEnumerable<TopicPartition> ToNames(IEnumerable<TopicIdPartition> partitions)
    {
        foreach (var partition in partitions.Order())
        {
            if (environment.Topics.TryGet(partition.TopicId, out var topic)) yield return new TopicPartition(topic.Name, partition.Partition);
        }
    }
}
