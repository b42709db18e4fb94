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
            else if (request.MemberEpoch >= 0 && (present ?? NewFor(request, entry)) is { } group)
            {
                var result = group.Heartbeat(request, turn.Now, _effects);
                _effects.Answer(reply, result);
                if (present is null && result.Error == ErrorCode.None) BecomeConsumerGroup(entry = GetOrCreate(request.GroupId), group, part);
                if (entry is not null) Settle(entry);
                else SettleRefusal(part);
            }
            else
            {
                part.Answer(reply, NoConsumerGroup(request, entry));
            }
        },
        aborted);

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

    /// <summary>A member joins where there is no group, or one that all members of the classic protocol have left.</summary>
    private ConsumerGroup? NewFor(ConsumerHeartbeat request, GroupEntry? entry) =>
        request.MemberEpoch == 0 && entry?.Group.IsVacant != false ? NewConsumerGroup(request.GroupId) : null;

    private static void BecomeConsumerGroup(GroupEntry entry, ConsumerGroup group, PartitionTurn part)
    {
        foreach (var tombstone in entry.Group.Tombstones()) part.Write(tombstone);
        entry.Group = group;
    }

    private void SettleRefusal(PartitionTurn part)
    {
        part.Take(_effects.Replies);
        _effects.Clear();
    }

    private static ConsumerHeartbeatResult NoConsumerGroup(ConsumerHeartbeat request, GroupEntry? entry) => new(
        ErrorCode.GroupIdNotFound,
        entry is not null ? $"Group {request.GroupId} is not a consumer group."
        : request.MemberEpoch < 0 ? $"Group {request.GroupId} not found."
        : $"Consumer group {request.GroupId} not found.");
}
