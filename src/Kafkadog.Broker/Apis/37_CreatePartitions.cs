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
        var names = new HashSet<string>(StringComparer.Ordinal);
        return new(new CreatePartitionsResponse
        {
            Results = request.Topics.ConvertAll(topic => !names.Add(topic.Name) ? Answer(topic, ErrorCode.InvalidRequest, "Duplicate topic name.")
                : context.AllowsTopic(AclOperation.Alter, topic.Name) ? Grow(context.Broker, topic, request.ValidateOnly)
                : Answer(topic, ErrorCode.TopicAuthorizationFailed, null)),
        });
    }

    private static CreatePartitionsResponseResult Grow(BrokerState broker, CreatePartitionsRequestTopic asked, bool validateOnly)
    {
        if (asked.Assignments is { } assignments && broker.Topics.TryGet(asked.Name, out var topic))
        {
            if (assignments.Count != asked.Count - topic.Partitions.Count || assignments.Exists(one => one.BrokerIds is not [var only] || only != broker.NodeId))
            {
                return Answer(asked, ErrorCode.InvalidReplicaAssignment, $"Every new partition has exactly one replica, on node {broker.NodeId}.");
            }
        }

        var result = broker.Topics.CreatePartitions(asked.Name, asked.Count, validateOnly);
        return Answer(asked, result.Error, result.ErrorMessage);
    }

    private static CreatePartitionsResponseResult Answer(CreatePartitionsRequestTopic asked, ErrorCode error, string? message) =>
        new() { Name = asked.Name, ErrorCode = error, ErrorMessage = message };
}
