using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>The one request of the protocol: a member comes, tells what it reads and owns, is told what it gets, and goes.</summary>
internal sealed partial class ConsumerGroup
{
    /// <summary>The topics as of this version are part of the group epoch; -1 when nobody has looked since the start.</summary>
    private long _topicsSeen = -1;

    public ConsumerHeartbeatResult Heartbeat(ConsumerHeartbeat request, GroupTime now, GroupEffects effects)
    {
        if (IsFullFor(request.MemberId)) return Refusal(ErrorCode.GroupMaxSizeReached, $"The consumer group has reached its maximum capacity of {environment.Options.ConsumerMaxSize} members.");
        if (Admit(request, out var before, out var replaced) is { } refusal) return refusal;
        var metadata = Merge(before.Metadata, request);
        if (ValidateMetadata(metadata) is { } unfit) return unfit;

        // Nothing is refused from here on.
        if (replaced is not null) Replace(replaced, before, effects);
        var member = before with { Metadata = metadata };
        var changed = UpdateSubscription(before, member, request.MaySee, now, effects);
        if (Epoch > AssignmentEpoch && MayAssign(now)) Assign(now, effects);

        var after = Reconcile(member, request.Owned, changed, now, effects);
        ExtendSession(after.MemberId, environment.SettingsOf(GroupId).SessionTimeoutMs, now);
        // It may have spoken the classic protocol until now.
        (DeadlinesOf(after.MemberId).Join, DeadlinesOf(after.MemberId).Sync) = (ClassicGroup.Never, ClassicGroup.Never);
        return new ConsumerHeartbeatResult(ErrorCode.None)
        {
            MemberId = after.MemberId,
            MemberEpoch = after.Epoch,
            HeartbeatIntervalMs = environment.SettingsOf(GroupId).HeartbeatIntervalMs,
            Assignment = request.IsFull || !CurrentAssignment.Same(before.Current.Assigned, after.Current.Assigned) ? [.. after.Current.Assigned.Keys.Order()] : null,
        };
    }

    /// <summary>Finds the member that speaks or makes a new one; changes nothing yet. <paramref name="replaced"/> is the static member whose place it takes.</summary>
    private ConsumerHeartbeatResult? Admit(ConsumerHeartbeat request, out ConsumerMember member, out ConsumerMember? replaced)
    {
        replaced = null;
        var memberId = request.MemberId.Length > 0 ? request.MemberId : environment.NewUuid();
        var joins = request.MemberEpoch == 0;
        member = _members.GetValueOrDefault(memberId) ?? New(memberId);
        if (request.InstanceId is null)
        {
            if (!joins && !_members.ContainsKey(memberId)) return UnknownMember(memberId);
            return ValidateEpoch(member, request);
        }

        var holder = _memberOfInstance.TryGetValue(request.InstanceId, out var holderId) ? _members[holderId] : null;
        if (!joins)
        {
            if (holder is null) return Refusal(ErrorCode.UnknownMemberId, $"Instance id {request.InstanceId} is unknown.");
            if (IsFenced(holder, memberId, request.InstanceId) is { } fenced) return fenced;
            member = holder;
            return ValidateEpoch(member, request);
        }

        if (holder is null) return null;
        if (!holder.UsesClassicProtocol && holder.Epoch != CurrentAssignment.AwayEpoch)
        {
            return Refusal(
                ErrorCode.UnreleasedInstanceId,
                $"Static member {memberId} with instance id {request.InstanceId} cannot join the group because the instance id is owned by {holder.MemberId} member.");
        }

        replaced = holder;
        member = TakeOver(holder, memberId);
        return null;
    }

    /// <summary>A member may repeat itself when an answer was lost: with the epoch before, as long as it owns nothing it should not.</summary>
    private static ConsumerHeartbeatResult? ValidateEpoch(ConsumerMember member, ConsumerHeartbeat request)
    {
        if (request.MemberEpoch == 0 || request.MemberEpoch == member.Epoch) return null;
        if (request.MemberEpoch > member.Epoch)
        {
            return Refusal(
                ErrorCode.FencedMemberEpoch,
                $"The consumer group member has a greater member epoch ({request.MemberEpoch}) than the one known by the group coordinator ({member.Epoch}). The member must abandon all its partitions and rejoin.");
        }

        var repeats = request.MemberEpoch == member.Current.PreviousEpoch && request.Owned?.All(member.Current.Assigned.ContainsKey) == true;
        return repeats ? null : Refusal(
            ErrorCode.FencedMemberEpoch,
            $"The consumer group member has a smaller member epoch ({request.MemberEpoch}) than the one known by the group coordinator ({member.Epoch}). The member must abandon all its partitions and rejoin.");
    }

    private static MemberMetadata Merge(MemberMetadata before, ConsumerHeartbeat request) => before with
    {
        InstanceId = request.InstanceId ?? before.InstanceId,
        RackId = request.RackId ?? before.RackId,
        RebalanceTimeoutMs = request.RebalanceTimeoutMs != -1 ? request.RebalanceTimeoutMs : before.RebalanceTimeoutMs,
        ServerAssignor = request.ServerAssignor ?? before.ServerAssignor,
        Topics = request.Topics is null ? before.Topics : MemberMetadata.Normalized(request.Topics),
        TopicRegex = request.TopicRegex ?? before.TopicRegex,
        ClientId = request.ClientId,
        ClientHost = request.ClientHost,
        Classic = null,
    };

    private ConsumerHeartbeatResult? ValidateMetadata(MemberMetadata metadata)
    {
        const int MostBytesPerChar = 3;
        long characters = metadata.Topics.Sum(topic => (long)topic.Length + 1) + (metadata.TopicRegex?.Length ?? 0);
        // It could not be written: the record would not fit a batch.
        if (characters * MostBytesPerChar > environment.Options.MaxRecordBytes) return Refusal(ErrorCode.InvalidRequest, "The subscription is too large.");
        if (!metadata.HasRegex || _regexes.ContainsKey(metadata.TopicRegex!) || SubscriptionPattern.TryParse(metadata.TopicRegex!, out _, out var problem)) return null;
        return Refusal(ErrorCode.InvalidRegularExpression, $"SubscribedTopicRegex `{metadata.TopicRegex}` is not a valid regular expression: {problem}.");
    }

    /// <summary>Takes note of what the member reads and of what became of the topics; a change of either makes a new group epoch. True when the member reads something else than before.</summary>
    private bool UpdateSubscription(ConsumerMember before, ConsumerMember member, Predicate<string> maySee, GroupTime now, GroupEffects effects)
    {
        if (!_members.ContainsKey(member.MemberId) || !member.Metadata.Equals(before.Metadata)) effects.Write(ConsumerGroupRecords.Member(GroupId, member));
        var readBefore = TopicNamesOf(before.Metadata).ToHashSet(StringComparer.Ordinal);
        Put(member);
        var changed = !member.Metadata.SubscribesLike(before.Metadata);
        if (changed) ForgetUnusedRegexes(effects);
        var found = ResolveRegexes(maySee, now, effects);
        // An expression that finds nothing yet makes no new epoch.
        var readsOther = !readBefore.SetEquals(TopicNamesOf(member.Metadata));
        if (readsOther || found || _topicsSeen != environment.Topics.Version) UpdateEpoch(readsOther || found, effects);
        return changed || found;
    }

    private void UpdateEpoch(bool bump, GroupEffects effects)
    {
        _topicsSeen = environment.Topics.Version;
        var hash = HashOfTopics();
        if (!bump && hash == MetadataHash) return;
        Epoch++;
        MetadataHash = hash;
        effects.Write(ConsumerGroupRecords.Epoch(GroupId, Epoch, hash));
    }

    private ConsumerMember Reconcile(ConsumerMember member, IReadOnlySet<TopicIdPartition>? owned, bool subscriptionChanged, GroupTime now, GroupEffects effects)
    {
        if (member.Current.IsReconciledTo(AssignmentEpoch) && !subscriptionChanged) return member;
        var next = new Reconciliation
        {
            Current = member.Current,
            TargetEpoch = AssignmentEpoch,
            Target = TargetOf(member.MemberId),
            IsFree = partition => !_owners.ContainsKey(partition),
            IsSubscribed = TopicIdsOf(member.Metadata).Contains,
            SubscriptionChanged = subscriptionChanged,
            Owned = owned,
        }.Next();
        if (next.Equals(member.Current)) return member;

        var after = member with { Current = next };
        Put(after);
        effects.Write(ConsumerGroupRecords.Current(GroupId, after));
        if (!after.UsesClassicProtocol) WatchRevocation(after, now);
        return after;
    }

    private static ConsumerHeartbeatResult Refusal(ErrorCode error, string message) => new(error, message);

    private ConsumerHeartbeatResult UnknownMember(string memberId) => Refusal(ErrorCode.UnknownMemberId, $"Member {memberId} is not a member of group {GroupId}.");
}
