using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ConsumerGroupHeartbeat (key 68), versions 0 and 1: the whole membership of a consumer group in one request (KIP-848). A member joins with
/// epoch 0, leaves with -1 (a static one for a while with -2), and in between tells what it owns and is told what it gets.
/// <para>v1 regular expressions, and ids that the client makes.</para>
/// </summary>
internal static class ConsumerGroupHeartbeat
{
    /// <summary>Names are keys in the log, where a string has at most 32,767 bytes and a character may need three.</summary>
    private const int MaxNameLength = 8192;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, ConsumerGroupHeartbeatRequest request)
    {
        var result = NotAllowed(context, request) ?? Problem(context.Version, request) ?? await context.Broker.Groups.ConsumerHeartbeatAsync(
            new ConsumerHeartbeat
            {
                GroupId = request.GroupId,
                MemberId = request.MemberId,
                MemberEpoch = request.MemberEpoch,
                InstanceId = request.InstanceId,
                RackId = request.RackId,
                ClientId = context.ClientId,
                ClientHost = context.ClientHost,
                RebalanceTimeoutMs = request.RebalanceTimeoutMs,
                Topics = request.SubscribedTopicNames,
                TopicRegex = request.SubscribedTopicRegex,
                ServerAssignor = request.ServerAssignor,
                MaySee = topic => context.AllowsTopic(AclOperation.Describe, topic),
                Owned = request.TopicPartitions?.SelectMany(t => t.Partitions.Select(p => new TopicIdPartition(t.TopicId, p))).ToHashSet(),
            },
            context.Released);
        return new ConsumerGroupHeartbeatResponse
        {
            ErrorCode = result.Error,
            ErrorMessage = result.Message,
            MemberId = result.MemberId,
            MemberEpoch = result.MemberEpoch,
            HeartbeatIntervalMs = result.HeartbeatIntervalMs,
            Assignment = result.Assignment is null ? null : new ConsumerGroupHeartbeatResponseAssignment
            {
                TopicPartitions = [.. result.Assignment.GroupBy(p => p.TopicId).Select(topic => new ConsumerGroupHeartbeatResponseTopicPartition
                {
                    TopicId = topic.Key, Partitions = [.. topic.Select(p => p.Partition)],
                })],
            },
        };
    }

    private static ConsumerHeartbeatResult? NotAllowed(RequestContext context, ConsumerGroupHeartbeatRequest request)
    {
        if (!context.AllowsGroup(AclOperation.Read, request.GroupId)) return new ConsumerHeartbeatResult(ErrorCode.GroupAuthorizationFailed);
        var seesAll = request.SubscribedTopicNames?.TrueForAll(topic => context.AllowsTopic(AclOperation.Describe, topic)) != false;
        return seesAll ? null : new ConsumerHeartbeatResult(ErrorCode.TopicAuthorizationFailed);
    }

    /// <summary>What makes no sense whatever the group's state; checked in Apache Kafka's order.</summary>
    private static ConsumerHeartbeatResult? Problem(short version, ConsumerGroupHeartbeatRequest request)
    {
        if (request.MemberId.Length == 0 && (version >= 1 || request.MemberEpoch is > 0 or CurrentAssignment.LeaveEpoch)) return Invalid("MemberId can't be empty.");
        if (IsBlank(request.MemberId) && request.MemberId.Length > 0) return Invalid("MemberId can't be empty.");
        if (IsBlank(request.GroupId)) return Invalid("GroupId can't be empty.");
        if (IsBlank(request.InstanceId)) return Invalid("InstanceId can't be empty.");
        if (IsBlank(request.RackId)) return Invalid("RackId can't be empty.");
        switch (request.MemberEpoch)
        {
            case 0 when request.RebalanceTimeoutMs == -1:
                return Invalid("RebalanceTimeoutMs must be provided in first request.");
            case 0 when request.TopicPartitions is not { Count: 0 }:
                return Invalid("TopicPartitions must be empty when (re-)joining.");
            case 0 when request.SubscribedTopicNames is null && request.SubscribedTopicRegex is null:
                return Invalid("Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.");
            case CurrentAssignment.AwayEpoch when request.InstanceId is null:
                return Invalid("InstanceId can't be null.");
            case < CurrentAssignment.AwayEpoch:
                return Invalid("MemberEpoch is invalid.");
        }

        if (request.ServerAssignor is { } assignor && !ConsumerGroup.Assignors.Any(known => string.Equals(known.Name, assignor, StringComparison.Ordinal)))
        {
            var supported = string.Join(", ", ConsumerGroup.Assignors.Select(known => known.Name));
            return new ConsumerHeartbeatResult(ErrorCode.UnsupportedAssignor, $"ServerAssignor {assignor} is not supported. Supported assignors: {supported}.");
        }

        if (request.GroupId.Length > MaxNameLength) return new ConsumerHeartbeatResult(ErrorCode.InvalidGroupId, "GroupId is too long.");
        var longest = Math.Max(Math.Max(request.MemberId.Length, request.InstanceId?.Length ?? 0), request.RackId?.Length ?? 0);
        return longest > MaxNameLength ? Invalid("MemberId, InstanceId or RackId is too long.") : null;
    }

    private static bool IsBlank(string? text) => text is not null && string.IsNullOrWhiteSpace(text);

    private static ConsumerHeartbeatResult Invalid(string message) => new(ErrorCode.InvalidRequest, message);
}
