using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What members of the classic protocol ask, and what administrators ask about groups.</summary>
internal sealed partial class GroupCoordinator
{
    /// <summary>Names are written to the log again, where a string has at most 32,767 bytes and a character may need three.</summary>
    private const int MaxNameLength = 8192;

    /// <summary>Apache Kafka holds instance ids to the rule for topic names.</summary>
    private const int MaxInstanceIdLength = 249;

    public Task<JoinGroupResult> JoinAsync(string groupId, GroupJoin request, CancellationToken aborted) => AskAsync<JoinGroupResult>(
        error => new JoinGroupResult(error, request.MemberId),
        (turn, reply) =>
        {
            if (ValidateJoin(groupId, request) is not ErrorCode.None and var error)
            {
                Answer(turn, groupId, reply, error);
                return;
            }

            var entry = GetOrCreate(groupId);
            if (entry.Group is ConsumerGroup { IsVacant: true }) BecomeClassic(entry, turn[entry.Partition]);
            if (entry.Group is ClassicGroup group) group.Join(request, reply, turn.Now, _effects);
            else _effects.Answer(reply, ((ConsumerGroup)entry.Group).Join(request, turn.Now, _effects));
            Settle(entry);
        },
        aborted);

    public Task<SyncGroupResult> SyncAsync(string groupId, GroupSync request, CancellationToken aborted) => AskAsync<SyncGroupResult>(
        error => new SyncGroupResult(error),
        (turn, reply) =>
        {
            if (groupId.Length == 0) Answer(turn, groupId, reply, ErrorCode.InvalidGroupId);
            else if (!_groups.TryGetValue(groupId, out var entry)) Answer(turn, groupId, reply, ErrorCode.UnknownMemberId);
            else
            {
                if (entry.Group is ClassicGroup group) group.Sync(request, reply, turn.Now, _effects);
                else _effects.Answer(reply, ((ConsumerGroup)entry.Group).Sync(request, turn.Now));
                Settle(entry);
            }
        },
        aborted);

    public Task<ErrorCode> HeartbeatAsync(string groupId, MemberIdentity member, int generation, CancellationToken aborted) => AskAsync<ErrorCode>(
        error => error,
        (turn, reply) => turn[PartitionOf(groupId)].Answer(reply, groupId.Length == 0 ? ErrorCode.InvalidGroupId : Heartbeat(groupId, member, generation, turn.Now)),
        aborted);

    private ErrorCode Heartbeat(string groupId, MemberIdentity member, int generation, GroupTime now)
    {
        if (!_groups.TryGetValue(groupId, out var entry)) return ErrorCode.UnknownMemberId;
        if (entry.Group is ClassicGroup group) return group.Heartbeat(member, generation, now);
        var error = ((ConsumerGroup)entry.Group).Heartbeat(member, generation, now);
        Schedule(entry);
        return error;
    }

    public Task<LeaveGroupResult> LeaveAsync(string groupId, IReadOnlyList<MemberIdentity> leavers, CancellationToken aborted) => AskAsync<LeaveGroupResult>(
        error => new LeaveGroupResult(error, []),
        (turn, reply) =>
        {
            if (groupId.Length == 0) Answer(turn, groupId, reply, ErrorCode.InvalidGroupId);
            else if (!_groups.TryGetValue(groupId, out var entry))
            {
                // Nobody is in a group that does not exist; that is said of each leaver, not of the request.
                LeaveResult[] strangers = [.. leavers.Select(leaver => new LeaveResult(leaver, ErrorCode.UnknownMemberId))];
                turn[PartitionOf(groupId)].Answer(reply, new LeaveGroupResult(ErrorCode.None, strangers));
            }
            else
            {
                var results = entry.Group is ClassicGroup group ? group.Leave(leavers, turn.Now, _effects) : ((ConsumerGroup)entry.Group).Leave(leavers, _effects);
                _effects.Answer(reply, new LeaveGroupResult(ErrorCode.None, results));
                Settle(entry);
            }
        },
        aborted);

    /// <summary>The groups in the order asked; GroupIdNotFound marks those that do not exist or are not classic ones.</summary>
    public Task<IReadOnlyList<GroupDescription>> DescribeAsync(IReadOnlyList<string> groupIds, CancellationToken aborted) => AskAsync<IReadOnlyList<GroupDescription>>(
        error => [.. groupIds.Select(groupId => Missing(groupId, error))],
        (turn, reply) => turn[AnyPartition].Answer(reply, [.. groupIds.Select(groupId =>
            _failedPartitions.Contains(PartitionOf(groupId)) ? Missing(groupId, ErrorCode.CoordinatorNotAvailable)
            : _groups.TryGetValue(groupId, out var entry) ? (entry.Group as ClassicGroup)?.Describe() ?? NotClassic(groupId)
            : Missing(groupId, ErrorCode.GroupIdNotFound))]),
        aborted);

    /// <summary>A group of either kind, for programs that hold the broker; null when there is none.</summary>
    public Task<KafkaGroup?> ShowAsync(string groupId, CancellationToken aborted) => AskAsync<KafkaGroup?>(
        _ => null,
        (turn, reply) => turn[AnyPartition].Answer(reply, _groups.GetValueOrDefault(groupId)?.Group.Show()),
        aborted);

    public Task<IReadOnlyList<GroupListing>> ListAsync(CancellationToken aborted) => AskAsync<IReadOnlyList<GroupListing>>(
        _ => [],
        (turn, reply) => turn[AnyPartition].Answer(reply, [.. _groups.Values.Select(entry => entry.Group.List())]),
        aborted);

    /// <summary>Deletes groups without members, with their offsets; one answer for each, in order.</summary>
    public async Task<IReadOnlyList<ErrorCode>> DeleteAsync(IReadOnlyList<string> groupIds, CancellationToken aborted)
    {
        var errors = new List<ErrorCode>(groupIds.Count);
        foreach (var groupId in groupIds) errors.Add(await DeleteAsync(groupId, aborted));
        return errors;
    }

    private Task<ErrorCode> DeleteAsync(string groupId, CancellationToken aborted) => AskAsync<ErrorCode>(
        error => error,
        (turn, reply) =>
        {
            var part = turn[PartitionOf(groupId)];
            var entry = _groups.GetValueOrDefault(groupId);
            var error = entry is null ? ErrorCode.GroupIdNotFound : entry.Group.ValidateDelete();
            if (error == ErrorCode.None) Bury(entry!, part);
            part.Answer(reply, error);
        },
        aborted);

    /// <summary>Takes a group out of use and out of the log.</summary>
    private void Bury(GroupEntry entry, PartitionTurn part)
    {
        foreach (var partition in entry.Offsets.All) part.Write(GroupRecords.OffsetTombstone(entry.Group.GroupId, partition));
        foreach (var tombstone in entry.Group.Tombstones()) part.Write(tombstone);
        entry.Group.Die(ErrorCode.CoordinatorNotAvailable, _effects);
        part.Take(_effects.Replies);
        _effects.Clear();
        _groups.Remove(entry.Group.GroupId);
    }

    private ErrorCode ValidateJoin(string groupId, GroupJoin request)
    {
        if (groupId.Length is 0 or > MaxNameLength) return ErrorCode.InvalidGroupId;
        if (request.InstanceId?.Length > MaxInstanceIdLength || request.ClientId.Length > MaxNameLength) return ErrorCode.InvalidRequest;
        if (request.ProtocolType.Length > MaxNameLength || request.Protocols.Any(p => p.Name.Length > MaxNameLength)) return ErrorCode.InconsistentGroupProtocol;
        if (request.SessionTimeoutMs < _options.MinSessionTimeout.TotalMilliseconds) return ErrorCode.InvalidSessionTimeout;
        if (request.SessionTimeoutMs > _options.MaxSessionTimeout.TotalMilliseconds) return ErrorCode.InvalidSessionTimeout;
        // Only a newcomer makes a group; whoever has an id was forgotten together with its group.
        var isThere = _groups.TryGetValue(groupId, out var entry) && entry.Group is not ConsumerGroup { IsVacant: true };
        return request.MemberId.Length > 0 && !isThere ? ErrorCode.UnknownMemberId : ErrorCode.None;
    }

    private void Answer<T>(CoordinatorTurn turn, string groupId, Reply<T> reply, ErrorCode error) =>
        turn[PartitionOf(groupId)].Answer(reply, reply.FromError(error));

    private static GroupDescription Missing(string groupId, ErrorCode error) =>
        new(groupId, error, ClassicGroupState.Dead.ToString(), "", "", []) { Message = error == ErrorCode.GroupIdNotFound ? $"Group {groupId} not found." : null };

    private static GroupDescription NotClassic(string groupId) =>
        Missing(groupId, ErrorCode.GroupIdNotFound) with { Message = $"Group {groupId} is not a classic group." };

    /// <summary>The first member of the classic protocol comes to a consumer group that all have left.</summary>
    private void BecomeClassic(GroupEntry entry, PartitionTurn part)
    {
        foreach (var tombstone in entry.Group.Tombstones()) part.Write(tombstone);
        entry.Group = new ClassicGroup(entry.Group.GroupId, _options, _newUuid);
    }
}
