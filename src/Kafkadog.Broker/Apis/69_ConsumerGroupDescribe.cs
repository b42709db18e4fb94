using Kafkadog.Broker.Coordination.Groups.Consumer;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ConsumerGroupDescribe (key 69), versions 0 and 1: epochs, members, what they have and what they shall have (KIP-848). A classic group
/// answers GROUP_ID_NOT_FOUND, and tools then ask DescribeGroups.
/// <para>v1 tells which protocol a member speaks.</para>
/// </summary>
internal static class ConsumerGroupDescribe
{
    private const sbyte ClassicMember = 0, ConsumerMember = 1;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, ConsumerGroupDescribeRequest request)
    {
        var refused = request.GroupIds.ToLookup(groupId => Refusal(context, groupId));
        var descriptions = await context.Broker.Groups.DescribeConsumersAsync([.. refused[ErrorCode.None]], context.Released);
        return new ConsumerGroupDescribeResponse
        {
            Groups =
            [
                .. refused.Where(r => r.Key != ErrorCode.None).SelectMany(r => r, (r, groupId) => new ConsumerGroupDescribeResponseGroup { GroupId = groupId, ErrorCode = r.Key }),
                .. descriptions.Select(group => ToGroup(context, group, request.IncludeAuthorizedOperations)),
            ],
        };
    }

    private static ErrorCode Refusal(RequestContext context, string groupId) =>
        !context.AllowsGroup(AclOperation.Describe, groupId) ? ErrorCode.GroupAuthorizationFailed : groupId.Length == 0 ? ErrorCode.InvalidGroupId : ErrorCode.None;

    private static ConsumerGroupDescribeResponseGroup ToGroup(RequestContext context, ConsumerGroupDescription group, bool withOperations)
    {
        var response = ToVisibleGroup(context, group, withOperations);
        var topics = response.Members.SelectMany(m => m.SubscribedTopicNames.Concat(m.Assignment.TopicPartitions.Select(t => t.TopicName)).Concat(m.TargetAssignment.TopicPartitions.Select(t => t.TopicName)));
        if (topics.Distinct(StringComparer.Ordinal).All(topic => context.AllowsTopic(AclOperation.Describe, topic))) return response;
        return new ConsumerGroupDescribeResponseGroup
        {
            GroupId = group.GroupId,
            ErrorCode = ErrorCode.TopicAuthorizationFailed,
            ErrorMessage = "The described group uses topics that the client is not authorized to describe.",
        };
    }

    private static ConsumerGroupDescribeResponseGroup ToVisibleGroup(RequestContext context, ConsumerGroupDescription group, bool withOperations) => new()
    {
        ErrorCode = group.Error,
        ErrorMessage = group.Message,
        GroupId = group.GroupId,
        GroupState = group.State,
        GroupEpoch = group.GroupEpoch,
        AssignmentEpoch = group.AssignmentEpoch,
        AssignorName = group.AssignorName,
        Members = [.. group.Members.Select(description => ToMember(context.Broker, description))],
        AuthorizedOperations = withOperations && group.Error == ErrorCode.None ? AuthorizedOperations.OnGroup(context, group.GroupId) : AuthorizedOperations.NotAsked,
    };

    private static ConsumerGroupDescribeResponseMember ToMember(BrokerState broker, ConsumerMemberDescription description)
    {
        var (member, metadata) = (description.Member, description.Member.Metadata);
        return new ConsumerGroupDescribeResponseMember
        {
            MemberId = member.MemberId,
            InstanceId = metadata.InstanceId,
            RackId = metadata.RackId,
            MemberEpoch = member.Epoch,
            ClientId = metadata.ClientId,
            ClientHost = metadata.ClientHost,
            SubscribedTopicNames = [.. metadata.Topics],
            SubscribedTopicRegex = metadata.TopicRegex ?? "",
            // What it shall give up it has until it says that it has not any more.
            Assignment = new ConsumerGroupDescribeResponseAssignment
            {
                TopicPartitions = [.. ByTopic(broker, member.Current.Assigned.Keys.Concat(member.Current.PendingRevocation.Keys)).Select(t => new ConsumerGroupDescribeResponseTopicPartition
                {
                    TopicId = t.Id, TopicName = t.Name, Partitions = t.Partitions,
                })],
            },
            TargetAssignment = new ConsumerGroupDescribeResponseTargetAssignment
            {
                TopicPartitions = [.. ByTopic(broker, description.Target).Select(t => new ConsumerGroupDescribeResponseTargetAssignmentTopicPartition
                {
                    TopicId = t.Id, TopicName = t.Name, Partitions = t.Partitions,
                })],
            },
            MemberType = member.UsesClassicProtocol ? ClassicMember : ConsumerMember,
        };
    }

    /// <summary>A topic that is gone has no name any more and is left out.</summary>
    private static IEnumerable<(Guid Id, string Name, List<int> Partitions)> ByTopic(BrokerState broker, IEnumerable<TopicIdPartition> partitions)
    {
        foreach (var ofTopic in partitions.Order().GroupBy(p => p.TopicId))
        {
            if (broker.Topics.TryGet(ofTopic.Key, out var topic)) yield return (ofTopic.Key, topic.Name, [.. ofTopic.Select(p => p.Partition)]);
        }
    }
}
