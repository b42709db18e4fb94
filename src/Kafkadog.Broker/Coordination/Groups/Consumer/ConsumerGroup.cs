using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups.Consumer;

/// <summary>What all consumer groups of a coordinator share.</summary>
/// <param name="Options">The broker's settings.</param>
/// <param name="Topics">The topics there are.</param>
/// <param name="SettingsOf">What one group goes by at this moment.</param>
/// <param name="NewUuid">Makes the ids of members that bring none.</param>
internal sealed record ConsumerGroupEnvironment(
    GroupOptions Options, IGroupTopics Topics, Func<string, ConsumerGroupSettings> SettingsOf, Func<string> NewUuid);

/// <summary>
/// A group of the consumer protocol (KIP-848) as a state machine without I/O, clock or lock: an input and the time go in, records and answers
/// come out. The coordinator assigns; members only call and are told. Three numbers tell how far it is: the group epoch grows with every
/// change of members, subscriptions or topics; the assignment epoch is that of the target assignment; each member's epoch that of the
/// assignment it has come to. Owned by the loop of <see cref="GroupCoordinator"/>.
/// <para>Heartbeats are in ConsumerGroup.Heartbeat.cs, comings and goings in ConsumerGroup.Members.cs, the target assignment in
/// ConsumerGroup.Assignment.cs, regular expressions in ConsumerGroup.Regexes.cs, timeouts in ConsumerGroup.Timeouts.cs, members of the
/// classic protocol in ConsumerGroup.Classic.cs.</para>
/// </summary>
internal sealed partial class ConsumerGroup(string groupId, ConsumerGroupEnvironment environment) : IGroup
{
    public const string Type = "consumer";

    private const int FirstEpoch = 1;

    private static readonly IReadOnlySet<TopicIdPartition> s_none = new HashSet<TopicIdPartition>();

    private readonly Dictionary<string, ConsumerMember> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _memberOfInstance = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlySet<TopicIdPartition>> _targets = new(StringComparer.Ordinal);

    /// <summary>Who holds a partition, or has still to give it up: nobody else gets it before.</summary>
    private readonly Dictionary<TopicIdPartition, string> _owners = [];

    private bool _isDead;

    public string GroupId { get; } = groupId;

    /// <summary>A group begins at 1, as in Apache Kafka 4.3; the subscription of its first member makes it 2.</summary>
    public int Epoch { get; private set; } = FirstEpoch;
    public int AssignmentEpoch { get; private set; }

    /// <summary>When the target assignment was computed, wall clock in milliseconds; 0 for never.</summary>
    public long AssignmentTimestamp { get; private set; }

    /// <summary>A fingerprint of the topics the members read, their ids and partition counts.</summary>
    public long MetadataHash { get; private set; }

    public ConsumerGroupState State => _isDead ? ConsumerGroupState.Dead
        : _members.Count == 0 ? ConsumerGroupState.Empty
        : Epoch > AssignmentEpoch ? ConsumerGroupState.Assigning
        : _members.Values.All(m => m.Current.IsReconciledTo(AssignmentEpoch)) ? ConsumerGroupState.Stable
        : ConsumerGroupState.Reconciling;

    public IReadOnlyCollection<ConsumerMember> Members => _members.Values;

    public bool IsVacant => _members.Count == 0 && !_isDead;

    public bool IsWritten => Epoch > FirstEpoch || AssignmentEpoch > 0;

    public bool IsDead => _isDead;

    public ErrorCode ValidateCommit(GroupCommit request, GroupTime now)
    {
        var anonymous = request.Member is { MemberId.Length: 0, InstanceId: null };
        // An administrator commits for a group without members; a transaction without a group's fencing always.
        if (request.Generation < 0 && (_members.Count == 0 || (request.Transaction is not null && anonymous && request.Generation == -1))) return ErrorCode.None;
        if (!_members.TryGetValue(request.Member.MemberId, out var member)) return ErrorCode.UnknownMemberId;
        if (request.Transaction is null && !member.UsesClassicProtocol && !request.TellsMissingGroup) return ErrorCode.UnsupportedVersion;
        return request.Generation > member.Epoch ? Stale(member, request) : ErrorCode.None;
    }

    /// <summary>
    /// A commit that was under way while the member moved on is good as long as the partition has been its own since (KIP-1251); a partition
    /// that it got at a later epoch was somebody else's then.
    /// </summary>
    public ErrorCode ValidateCommit(GroupCommit request, TopicPartition partition)
    {
        if (!_members.TryGetValue(request.Member.MemberId, out var member) || request.Generation == member.Epoch) return ErrorCode.None;
        if (!environment.Topics.TryGet(partition.Topic, out var topic)) return Stale(member, request);
        var id = new TopicIdPartition(topic.Id, partition.Partition);
        var isOwner = member.Current.Assigned.TryGetValue(id, out var since) || member.Current.PendingRevocation.TryGetValue(id, out since);
        return isOwner && request.Generation >= since ? ErrorCode.None : Stale(member, request);
    }

    public ErrorCode ValidateFetch(OffsetReader reader)
    {
        if (reader is { MemberId: null, MemberEpoch: < 0 }) return ErrorCode.None;
        if (reader.MemberId is null || !_members.TryGetValue(reader.MemberId, out var member)) return ErrorCode.UnknownMemberId;
        return reader.MemberEpoch == member.Epoch ? ErrorCode.None : Stale(member);
    }

    public ErrorCode ValidateDelete() => _members.Count > 0 ? ErrorCode.NonEmptyGroup : _isDead ? ErrorCode.GroupIdNotFound : ErrorCode.None;

    public ErrorCode ValidateOffsetDelete() => _isDead ? ErrorCode.GroupIdNotFound : ErrorCode.None;

    public bool IsSubscribedTo(string topic) => _members.Values.Any(member => TopicNamesOf(member.Metadata).Contains(topic));

    public long? RetentionStart(string topic, CommittedOffset offset) => IsSubscribedTo(topic) ? null : offset.CommitTimestamp;

    public GroupListing List() => new(GroupId, ClassicGroup.ConsumerProtocolType, State.ToString(), Type);

    public KafkaGroup Show() => new(GroupId, State.ToString(), [.. _members.Values.Select(member => new KafkaGroupMember(
        member.MemberId, member.Metadata.InstanceId, member.Metadata.ClientId,
        [.. member.Current.Assigned.Keys.Order().SelectMany(p => environment.Topics.TryGet(p.TopicId, out var topic) ? [(topic.Name, p.Partition)] : Array.Empty<(string, int)>())]))]);

    public ConsumerGroupDescription Describe() => new(GroupId, ErrorCode.None, null)
    {
        State = State.ToString(),
        GroupEpoch = Epoch,
        AssignmentEpoch = AssignmentEpoch,
        AssignorName = PreferredAssignor().Name,
        Members = [.. _members.Values.Select(member => new ConsumerMemberDescription(member, TargetOf(member.MemberId)))],
    };

    public IEnumerable<OffsetsRecord> Tombstones() =>
    [
        .. _members.Keys.SelectMany(memberId => ConsumerGroupRecords.MemberTombstones(GroupId, memberId)),
        ConsumerGroupRecords.TargetEpochTombstone(GroupId),
        .. _regexes.Keys.Select(expression => ConsumerGroupRecords.RegexTombstone(GroupId, expression)),
        ConsumerGroupRecords.PartitionMetadataTombstone(GroupId),
        ConsumerGroupRecords.EpochTombstone(GroupId),
    ];

    public void Die(ErrorCode error, GroupEffects effects)
    {
        // Nothing is ever parked here: every request is answered at once, whatever protocol its sender speaks.
        _isDead = true;
        _nextCheck = ClassicGroup.Never;
    }

    /// <summary>A transactional producer knows generations only.</summary>
    private static ErrorCode Stale(ConsumerMember member, GroupCommit request) => request.Transaction is not null ? ErrorCode.IllegalGeneration : Stale(member);

    private static ErrorCode Stale(ConsumerMember member) => member.UsesClassicProtocol ? ErrorCode.IllegalGeneration : ErrorCode.StaleMemberEpoch;

    private IReadOnlySet<TopicIdPartition> TargetOf(string memberId) => _targets.GetValueOrDefault(memberId) ?? s_none;

    /// <summary>The names a member reads: those it named, and those its expression found.</summary>
    private IEnumerable<string> TopicNamesOf(MemberMetadata metadata) =>
        metadata.HasRegex && _regexes.TryGetValue(metadata.TopicRegex!, out var resolved) ? metadata.Topics.Union(resolved.Topics, StringComparer.Ordinal) : metadata.Topics;

    /// <summary>The topics of those names that exist.</summary>
    private HashSet<Guid> TopicIdsOf(MemberMetadata metadata)
    {
        var ids = new HashSet<Guid>();
        foreach (var name in TopicNamesOf(metadata))
        {
            if (environment.Topics.TryGet(name, out var topic)) ids.Add(topic.Id);
        }

        return ids;
    }

    /// <summary>Puts a member in the place of what it was before, its partitions with it.</summary>
    private void Put(ConsumerMember member)
    {
        if (_members.TryGetValue(member.MemberId, out var before)) ReleasePartitions(before);
        _members[member.MemberId] = member;
        if (member.Metadata.InstanceId is { } instance) _memberOfInstance[instance] = member.MemberId;
        foreach (var partition in member.Current.Assigned.Keys) _owners[partition] = member.MemberId;
        foreach (var partition in member.Current.PendingRevocation.Keys) _owners[partition] = member.MemberId;
    }

    private void ReleasePartitions(ConsumerMember member)
    {
        foreach (var partition in member.Current.Assigned.Keys) Release(partition);
        foreach (var partition in member.Current.PendingRevocation.Keys) Release(partition);

        void Release(TopicIdPartition partition)
        {
            if (_owners.TryGetValue(partition, out var owner) && string.Equals(owner, member.MemberId, StringComparison.Ordinal)) _owners.Remove(partition);
        }
    }

    private void Remove(ConsumerMember member)
    {
        ReleasePartitions(member);
        _members.Remove(member.MemberId);
        _targets.Remove(member.MemberId);
        _deadlines.Remove(member.MemberId);
        if (member.Metadata.InstanceId is { } instance && string.Equals(_memberOfInstance.GetValueOrDefault(instance), member.MemberId, StringComparison.Ordinal))
        {
            _memberOfInstance.Remove(instance);
        }
    }
}
