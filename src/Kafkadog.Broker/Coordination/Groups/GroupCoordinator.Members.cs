using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What members ask, and what administrators ask about groups.</summary>
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
            entry.Group.Join(request, reply, turn.Now, _effects);
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
                entry.Group.Sync(request, reply, turn.Now, _effects);
                Settle(entry);
            }
        },
        aborted);

    public Task<ErrorCode> HeartbeatAsync(string groupId, MemberIdentity member, int generation, CancellationToken aborted) => AskAsync<ErrorCode>(
        error => error,
        (turn, reply) => turn[PartitionOf(groupId)].Answer(reply, groupId.Length == 0 ? ErrorCode.InvalidGroupId
            : _groups.TryGetValue(groupId, out var entry) ? entry.Group.Heartbeat(member, generation, turn.Now)
            : ErrorCode.UnknownMemberId),
        aborted);

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
                var results = entry.Group.Leave(leavers, turn.Now, _effects);
                _effects.Answer(reply, new LeaveGroupResult(ErrorCode.None, results));
                Settle(entry);
            }
        },
        aborted);

    /// <summary>The groups in the order asked; GroupIdNotFound marks those that do not exist.</summary>
    public Task<IReadOnlyList<GroupDescription>> DescribeAsync(IReadOnlyList<string> groupIds, CancellationToken aborted) => AskAsync<IReadOnlyList<GroupDescription>>(
        error => [.. groupIds.Select(groupId => Missing(groupId, error))],
        (turn, reply) => turn[AnyPartition].Answer(reply, [.. groupIds.Select(groupId =>
            _failedPartitions.Contains(PartitionOf(groupId)) ? Missing(groupId, ErrorCode.CoordinatorNotAvailable)
            : _groups.TryGetValue(groupId, out var entry) ? entry.Group.Describe()
            : Missing(groupId, ErrorCode.GroupIdNotFound))]),
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
            // A running transaction would bring its offsets back when it commits.
            if (error == ErrorCode.None && entry!.Offsets.HasPendingTransaction) error = ErrorCode.NonEmptyGroup;
            if (error == ErrorCode.None) Bury(entry!, part);
            part.Answer(reply, error);
        },
        aborted);

    /// <summary>Takes a group out of use and out of the log.</summary>
    private void Bury(GroupEntry entry, PartitionTurn part)
    {
        foreach (var partition in entry.Offsets.Committed.Keys) part.Write(GroupRecords.OffsetTombstone(entry.Group.GroupId, partition));
        if (entry.Group.ProtocolType is not null) part.Write(GroupRecords.GroupTombstone(entry.Group.GroupId));
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
        return request.MemberId.Length > 0 && !_groups.ContainsKey(groupId) ? ErrorCode.UnknownMemberId : ErrorCode.None;
    }

    private void Answer<T>(CoordinatorTurn turn, string groupId, Reply<T> reply, ErrorCode error) =>
        turn[PartitionOf(groupId)].Answer(reply, reply.FromError(error));

    private static GroupDescription Missing(string groupId, ErrorCode error) =>
        new(groupId, error, ClassicGroupState.Dead.ToString(), "", "", []);
}
