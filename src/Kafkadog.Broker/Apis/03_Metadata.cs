using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// Metadata (key 3), versions 0 to 13: the broker, and topics with their partitions and leaders.
/// <para>A null list means all topics, as does an empty one in v0. An unknown topic is made at once when both the client and the broker
/// allow it, and answered complete; Apache Kafka first answers with an error and lets the client ask again.</para>
/// <para>v1 controller; v2 cluster id; v4 the client may forbid creation; v5 offline replicas; v7 leader epoch; v8 authorized operations;
/// v9 flexible; v10 topic ids; v12 topics by id; v13 an error for the whole.</para>
/// </summary>
internal static class Metadata
{
    private const short FirstVersionThatCanForbidCreation = 4;
    private const short FirstVersionWithLookupById = 12;

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, MetadataRequest request)
    {
        var broker = context.Broker;
        var all = request.Topics is null || (context.Version == 0 && request.Topics.Count == 0);
        var mayCreate = broker.Options.AutoCreateTopics && (context.Version < FirstVersionThatCanForbidCreation || request.AllowAutoTopicCreation);
        var topics = all
            ? broker.Topics.All.Where(topic => context.AllowsTopic(AclOperation.Describe, topic.Name))
                .OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => Describe(context, topic, request))
            : request.Topics!.DistinctBy(asked => (asked.Name, asked.TopicId)).Select(asked => Answer(context, asked, mayCreate, request));
        if (!all && context.Version < FirstVersionWithLookupById && request.Topics!.Exists(asked => asked.TopicId != Guid.Empty || asked.Name is null))
        {
            // The request as a whole makes no sense, so nothing of it is answered.
            return new(new MetadataResponse { ControllerId = -1, Topics = request.Topics!.ConvertAll(asked => Failed(asked, ErrorCode.InvalidRequest)) });
        }

        return new(new MetadataResponse
        {
            Brokers = [new MetadataResponseBroker { NodeId = broker.NodeId, Host = context.Peer.Advertised.Host, Port = context.Peer.Advertised.Port }],
            ClusterId = broker.Storage.ClusterId,
            ControllerId = broker.NodeId,
            Topics = [.. topics],
            ClusterAuthorizedOperations = request.IncludeClusterAuthorizedOperations ? AuthorizedOperations.OnCluster(context) : AuthorizedOperations.NotAsked,
        });
    }

    private static MetadataResponseTopic Answer(RequestContext context, MetadataRequestTopic asked, bool mayCreate, MetadataRequest request)
    {
        var topics = context.Broker.Topics;
        if (asked.TopicId != Guid.Empty)
        {
            return !topics.TryGet(asked.TopicId, out var byId) ? new() { TopicId = asked.TopicId, Name = null, ErrorCode = ErrorCode.UnknownTopicId }
                : context.AllowsTopic(AclOperation.Describe, byId.Name) ? Describe(context, byId, request)
                : Failed(asked, ErrorCode.TopicAuthorizationFailed);
        }

        if (asked.Name is not { } name)
        {
            return Failed(asked, ErrorCode.InvalidRequest);
        }

        if (!context.AllowsTopic(AclOperation.Describe, name))
        {
            return Failed(asked, ErrorCode.TopicAuthorizationFailed);
        }

        if (topics.TryGet(name, out var known))
        {
            return Describe(context, known, request);
        }

        if (TopicNames.Problem(name) is not null)
        {
            return Failed(asked, ErrorCode.InvalidTopicException);
        }

        if (!mayCreate || TopicNames.IsInternal(name))
        {
            return Failed(asked, ErrorCode.UnknownTopicOrPartition);
        }

        if (!context.AllowsCluster(AclOperation.Create) && !context.AllowsTopic(AclOperation.Create, name))
        {
            return Failed(asked, ErrorCode.TopicAuthorizationFailed);
        }

        var created = topics.Create(name, context.Broker.Options.DefaultPartitions);

        // Another connection may have made it since we looked.
        return created.Topic is { } made || topics.TryGet(name, out made) ? Describe(context, made, request) : Failed(asked, created.Error);
    }

    private static MetadataResponseTopic Describe(RequestContext context, Topic topic, MetadataRequest request) => new()
    {
        Name = topic.Name,
        TopicId = topic.Id,
        IsInternal = topic.IsInternal,
        Partitions = [.. topic.Partitions.Select((log, index) => new MetadataResponsePartition
        {
            PartitionIndex = index,
            LeaderId = context.Broker.NodeId,
            LeaderEpoch = log.LeaderEpoch,
            ReplicaNodes = [context.Broker.NodeId],
            IsrNodes = [context.Broker.NodeId],
        })],
        TopicAuthorizedOperations = request.IncludeTopicAuthorizedOperations ? AuthorizedOperations.OnTopic(context, topic.Name) : AuthorizedOperations.NotAsked,
    };

    private static MetadataResponseTopic Failed(MetadataRequestTopic asked, ErrorCode error) =>
        new() { Name = asked.Name, TopicId = asked.TopicId, ErrorCode = error };
}
