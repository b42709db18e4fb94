using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// CreatePartitions (key 37), versions 0 to 3: makes a topic larger, never smaller. A manual assignment may only name this node.
/// <para>v2 flexible.</para>
/// </summary>
internal static class CreatePartitions
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, CreatePartitionsRequest request)
    {
        var twice = request.Topics.GroupBy(topic => topic.Name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        return new(new CreatePartitionsResponse
        {
            Results = [.. request.Topics.DistinctBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => twice.Contains(topic.Name) ? Answer(topic, ErrorCode.InvalidRequest, "Duplicate topic name.")
                : context.AllowsTopic(AclOperation.Alter, topic.Name) ? Grow(context.Broker, topic, request.ValidateOnly)
                : Answer(topic, ErrorCode.TopicAuthorizationFailed, null))],
        });
    }

    private static CreatePartitionsResponseResult Grow(BrokerState broker, CreatePartitionsRequestTopic asked, bool validateOnly)
    {
        if (!broker.Topics.TryGet(asked.Name, out var topic))
        {
            return Answer(asked, ErrorCode.UnknownTopicOrPartition, null);
        }

        var added = asked.Count - topic.Partitions.Count;
        if (asked.Assignments is { } assignments && added > 0)
        {
            if (assignments.Count != added)
            {
                return Answer(asked, ErrorCode.InvalidReplicaAssignment, $"Attempted to add {added} additional partition(s), but only {assignments.Count} assignment(s) were specified.");
            }

            if (assignments.Select(one => ReplicaAssignment.Problem(one.BrokerIds, broker.NodeId)).FirstOrDefault(problem => problem is not null) is { } problem)
            {
                return Answer(asked, ErrorCode.InvalidReplicaAssignment, problem);
            }
        }

        var result = broker.Topics.CreatePartitions(asked.Name, asked.Count, validateOnly);
        return Answer(asked, result.Error, result.ErrorMessage);
    }

    private static CreatePartitionsResponseResult Answer(CreatePartitionsRequestTopic asked, ErrorCode error, string? message) =>
        new() { Name = asked.Name, ErrorCode = error, ErrorMessage = message };
}
