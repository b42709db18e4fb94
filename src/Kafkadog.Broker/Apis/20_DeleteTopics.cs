using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DeleteTopics (key 20), versions 1 to 6. The offsets that groups committed for the topic go with it.
/// <para>The internal topics cannot be deleted: the coordinators of this one node live in them.</para>
/// <para>v4 flexible; v5 error messages; v6 by name or by id.</para>
/// </summary>
internal static class DeleteTopics
{
    private const short FirstVersionWithIds = 6;

    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteTopicsRequest request)
    {
        var asked = context.Version >= FirstVersionWithIds
            ? request.Topics
            : request.TopicNames.ConvertAll(name => new DeleteTopicsRequestTopic { Name = name });
        var twice = asked.Select(topic => NameOf(context.Broker, topic)).OfType<string>().GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Skip(1).Any()).Select(group => group.Key).ToHashSet(StringComparer.Ordinal);
        List<DeleteTopicsResponseResult> results =
        [
            .. asked.Where(topic => NameOf(context.Broker, topic) is not { } name || !twice.Contains(name)).Select(topic => Delete(context, topic)),
            .. twice.Select(name => asked.Find(topic => topic.TopicId != Guid.Empty && NameOf(context.Broker, topic) == name) is { } byId
                ? Twice(name, byId.TopicId, "The provided topic name maps to an ID that was already supplied.")
                : Twice(name, Guid.Empty, "Duplicate topic name.")),
        ];
        var gone = results.Where(result => result.ErrorCode == ErrorCode.None).Select(result => result.Name!).ToHashSet(StringComparer.Ordinal);
        if (gone.Count > 0) await context.Broker.Groups.ForgetTopicsAsync(gone.Contains, context.Released);
        return new DeleteTopicsResponse { Responses = results };
    }

    private static DeleteTopicsResponseResult Twice(string name, Guid id, string message) =>
        new() { Name = name, TopicId = id, ErrorCode = ErrorCode.InvalidRequest, ErrorMessage = message };

    /// <summary>Null for what <see cref="Delete"/> refuses anyway.</summary>
    private static string? NameOf(BrokerState broker, DeleteTopicsRequestTopic asked) =>
        asked.TopicId == Guid.Empty ? asked.Name : asked.Name is null && broker.Topics.TryGet(asked.TopicId, out var topic) ? topic.Name : null;

    private static DeleteTopicsResponseResult Delete(RequestContext context, DeleteTopicsRequestTopic asked)
    {
        var broker = context.Broker;
        var result = new DeleteTopicsResponseResult { Name = asked.Name, TopicId = asked.TopicId };
        Topic? topic;
        if (asked.Name is null == (asked.TopicId == Guid.Empty))
        {
            (result.ErrorCode, result.ErrorMessage) = (ErrorCode.InvalidRequest, asked.Name is null ? "Neither topic name nor id were specified." : "You may not specify both topic name and topic id.");
        }
        else if (asked.Name is { } name && !context.AllowsCluster(AclOperation.Delete) && !context.AllowsTopic(AclOperation.Describe, name))
        {
            (result.ErrorCode, result.ErrorMessage) = (ErrorCode.TopicAuthorizationFailed, "Topic authorization failed.");
        }
        else if (!(asked.Name is null ? broker.Topics.TryGet(asked.TopicId, out topic) : broker.Topics.TryGet(asked.Name, out topic)))
        {
            (result.ErrorCode, result.ErrorMessage) = asked.Name is null
                ? (ErrorCode.UnknownTopicId, "This server does not host this topic ID.")
                : (ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.");
        }
        else if (!context.AllowsCluster(AclOperation.Delete) && !context.AllowsTopic(AclOperation.Delete, topic.Name))
        {
            // A name that was not given is told only to whoever may know it.
            result.Name = context.AllowsTopic(AclOperation.Describe, topic.Name) ? topic.Name : null;
            (result.ErrorCode, result.ErrorMessage) = (ErrorCode.TopicAuthorizationFailed, "Topic authorization failed.");
        }
        else if (topic.IsInternal)
        {
            (result.ErrorCode, result.ErrorMessage) = (ErrorCode.TopicDeletionDisabled, "An internal topic cannot be deleted.");
        }
        else
        {
            var deleted = broker.Topics.Delete(topic.Name);
            (result.Name, result.TopicId) = (topic.Name, topic.Id);
            (result.ErrorCode, result.ErrorMessage) = (deleted.Error, deleted.ErrorMessage);
        }

        return result;
    }
}
