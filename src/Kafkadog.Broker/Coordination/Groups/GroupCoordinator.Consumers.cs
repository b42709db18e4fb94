using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>What members of the consumer protocol ask (KIP-848), and what is asked about their groups.</summary>
internal sealed partial class GroupCoordinator
{
    public Task<ConsumerHeartbeatResult> ConsumerHeartbeatAsync(ConsumerHeartbeat request, CancellationToken aborted) => AskAsync<ConsumerHeartbeatResult>(
        error => new ConsumerHeartbeatResult(error),
        (turn, reply) =>
        {
            var part = turn[PartitionOf(request.GroupId)];
            var entry = _groups.GetValueOrDefault(request.GroupId);
            var present = entry?.Group as ConsumerGroup;
            if (request.MemberEpoch < 0 && present is not null)
            {
                _effects.Answer(reply, present.Leave(request, _effects));
                Settle(entry!);
            }
            else if (request.MemberEpoch >= 0 && present is not null)
            {
                _effects.Answer(reply, present.Heartbeat(request, turn.Now, _effects));
                Settle(entry!);
            }
            else if (request.MemberEpoch == 0)
            {
                JoinNewGroup(request, reply, entry, part);
            }
            else
            {
                part.Answer(reply, NoConsumerGroup(request, entry));
            }
        },
        aborted);

    /// <summary>The first member of the consumer protocol comes: where there is no group, to one that all have left, or to a classic one with members, which go on in the new one.</summary>
    private void JoinNewGroup(ConsumerHeartbeat request, Reply<ConsumerHeartbeatResult> reply, GroupEntry? entry, PartitionTurn part)
    {
        var problem = "";
        var classic = entry?.Group as ClassicGroup;
        var group = classic?.IsVacant == false ? ConsumerGroup.From(classic, _consumerGroups, _turn.Now, out problem) : NewConsumerGroup(request.GroupId);
        if (group is null)
        {
            part.Answer(reply, new ConsumerHeartbeatResult(ErrorCode.GroupIdNotFound, problem));
            return;
        }

        OffsetsRecord[] before = group.IsVacant ? [] : [.. group.Records()];
        var result = group.Heartbeat(request, _turn.Now, _effects);
        _effects.Answer(reply, result);
        if (result.Error != ErrorCode.None)
        {
            // The old group stays as it was.
            part.Take(_effects.Replies);
            _effects.Clear();
            return;
        }

        // Whoever waits in the old group joins again and is in the new one.
        classic?.Die(ErrorCode.RebalanceInProgress, _effects);
        foreach (var tombstone in classic?.Tombstones() ?? []) part.Write(tombstone);
        foreach (var record in before) part.Write(record);
        entry ??= GetOrCreate(request.GroupId);
        entry.Group = group;
        Settle(entry);
    }

    private bool MayDowngrade(ConsumerGroup group) =>
        _options.MigrationPolicy is ConsumerGroupMigrationPolicy.Downgrade or ConsumerGroupMigrationPolicy.Bidirectional && group.Members.Count <= _options.MaxSize;

    /// <summary>The last member of the consumer protocol has left: the others go on in a classic group.</summary>
    private void BecomeClassic(GroupEntry entry, ConsumerGroup group)
    {
        _effects.Write(group.Tombstones());
        var classic = new ClassicGroup(group.GroupId, _options, _newUuid);
        classic.BeginWith(group.Epoch, group.ToClassicMembers(), _turn.Now, _effects);
        entry.Group = classic;
    }

    /// <summary>The groups in the order asked; GroupIdNotFound marks those that do not exist or are not consumer groups.</summary>
    public Task<IReadOnlyList<ConsumerGroupDescription>> DescribeConsumersAsync(IReadOnlyList<string> groupIds, CancellationToken aborted) =>
        AskAsync<IReadOnlyList<ConsumerGroupDescription>>(
            error => [.. groupIds.Select(groupId => new ConsumerGroupDescription(groupId, error, null))],
            (turn, reply) => turn[AnyPartition].Answer(reply, [.. groupIds.Select(DescribeConsumers)]),
            aborted);

    private ConsumerGroupDescription DescribeConsumers(string groupId)
    {
        if (_failedPartitions.Contains(PartitionOf(groupId))) return new(groupId, ErrorCode.CoordinatorNotAvailable, null);
        if (!_groups.TryGetValue(groupId, out var entry)) return new(groupId, ErrorCode.GroupIdNotFound, $"Group {groupId} not found.");
        return (entry.Group as ConsumerGroup)?.Describe() ?? new(groupId, ErrorCode.GroupIdNotFound, $"Group {groupId} is not a consumer group.");
    }

    private static ConsumerHeartbeatResult NoConsumerGroup(ConsumerHeartbeat request, GroupEntry? entry) => new(
        ErrorCode.GroupIdNotFound,
        entry is not null ? $"Group {request.GroupId} is not a consumer group."
        : request.MemberEpoch < 0 ? $"Group {request.GroupId} not found."
        : $"Consumer group {request.GroupId} not found.");
}
