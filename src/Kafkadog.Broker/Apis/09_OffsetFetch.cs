using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// OffsetFetch, versions 1 to 10: what was committed; -1 where nothing was. v2 null topics = all; v5 leader epoch; v7 refuses offsets a
/// running transaction may change (KIP-447); v8 many groups in one request (KIP-709); v9 a member of a consumer group says who it is and is refused when it has fallen behind; v10 topics by id.
/// </summary>
internal static class OffsetFetch
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetFetchRequest request) =>
        context.Version >= 8 ? await ManyAsync(context, request) : await OneAsync(context, request);

    private static async Task<OffsetFetchResponse> OneAsync(RequestContext context, OffsetFetchRequest request)
    {
        var partitions = request.Topics?.SelectMany(t => t.PartitionIndexes.Select(p => new TopicPartition(t.Name, p))).ToList();
        var result = await FetchAsync(context, request.GroupId, partitions, request.RequireStable, OffsetReader.Anybody);
        // Version 1 has no place for an error of the group: it stands in every partition.
        var offsets = result.Error != ErrorCode.None && context.Version < 2
            ? [.. (partitions ?? []).Select(p => new FetchedOffset(p, result.Error, -1, -1, ""))]
            : result.Offsets;
        return new OffsetFetchResponse
        {
            ErrorCode = result.Error,
            Topics = [.. ByTopic(offsets, result.Error == ErrorCode.None ? request.Topics?.Select(t => t.Name) : null).Select(topic => new OffsetFetchResponseTopic
            {
                Name = topic.Name,
                Partitions = [.. topic.Offsets.Select(o => new OffsetFetchResponsePartition
                {
                    PartitionIndex = o.Partition.Partition,
                    CommittedOffset = o.Offset,
                    CommittedLeaderEpoch = o.LeaderEpoch,
                    Metadata = o.Metadata,
                    ErrorCode = o.Error,
                })],
            })],
        };
    }

    private static async Task<OffsetFetchResponse> ManyAsync(RequestContext context, OffsetFetchRequest request)
    {
        var response = new OffsetFetchResponse();
        foreach (var group in request.Groups) response.Groups.Add(await GroupAsync(context, group, request.RequireStable));
        return response;
    }

    private static async Task<OffsetFetchResponseGroup> GroupAsync(RequestContext context, OffsetFetchRequestGroup group, bool requireStable)
    {
        var byId = context.Version >= 10;
        List<TopicPartition>? partitions = null;
        List<string> asked = [];
        var response = new OffsetFetchResponseGroup { GroupId = group.GroupId };
        foreach (var topic in group.Topics ?? [])
        {
            partitions ??= [];
            var name = byId ? context.Broker.Topics.TryGet(topic.TopicId, out var found) ? found.Name : null : topic.Name;
            if (name is null)
            {
                response.Topics.Add(UnknownTopic(topic));
                continue;
            }

            asked.Add(name);
            partitions.AddRange(topic.PartitionIndexes.Select(p => new TopicPartition(name, p)));
        }

        // An empty list asks for nothing; only null asks for everything.
        if (group.Topics is not null) partitions ??= [];
        var reader = context.Version >= 9 ? new OffsetReader(group.MemberId, group.MemberEpoch) : OffsetReader.Anybody;
        var result = await FetchAsync(context, group.GroupId, partitions, requireStable, reader);
        response.ErrorCode = result.Error;
        foreach (var (name, offsets) in ByTopic(result.Offsets, group.Topics is null || result.Error != ErrorCode.None ? null : asked))
        {
            var id = context.Broker.Topics.TryGet(name, out var found) ? found.Id : Guid.Empty;
            // A deleted topic has no id to name it by.
            if (byId && id == Guid.Empty) continue;
            response.Topics.Add(new OffsetFetchResponseGroupTopic { Name = name, TopicId = id, Partitions = [.. offsets.Select(ToPartition)] });
        }

        return response;
    }

    /// <summary>Less what the client may not see: topics it names are answered with an error, others left out.</summary>
    private static async Task<OffsetFetchResult> FetchAsync(RequestContext context, string groupId, List<TopicPartition>? partitions, bool requireStable, OffsetReader reader)
    {
        if (!context.AllowsGroup(AclOperation.Describe, groupId))
        {
            return new OffsetFetchResult(ErrorCode.GroupAuthorizationFailed, []);
        }

        var denied = (partitions ?? []).Select(p => p.Topic).Distinct(StringComparer.Ordinal).Where(topic => !context.AllowsTopic(AclOperation.Describe, topic)).ToHashSet(StringComparer.Ordinal);
        var result = await context.Broker.Groups.FetchAsync(groupId, partitions?.FindAll(p => !denied.Contains(p.Topic)), requireStable, reader, context.Released);
        return result.Error is not ErrorCode.None ? result
            : partitions is null ? result with { Offsets = [.. result.Offsets.Where(offset => context.AllowsTopic(AclOperation.Describe, offset.Partition.Topic))] }
            : denied.Count == 0 ? result
            : result with { Offsets = [.. result.Offsets, .. partitions.Where(p => denied.Contains(p.Topic)).Select(p => new FetchedOffset(p, ErrorCode.TopicAuthorizationFailed, -1, -1, ""))] };
    }

    /// <summary>The topics asked for, also those asked for without a partition; null for those that have an offset.</summary>
    private static IEnumerable<(string Name, IEnumerable<FetchedOffset> Offsets)> ByTopic(IReadOnlyList<FetchedOffset> offsets, IEnumerable<string>? asked)
    {
        var found = offsets.ToLookup(o => o.Partition.Topic, StringComparer.Ordinal);
        return (asked?.Distinct(StringComparer.Ordinal) ?? found.Select(topic => topic.Key)).Select(name => (name, found[name]));
    }

    private static OffsetFetchResponseGroupTopic UnknownTopic(OffsetFetchRequestGroupTopic topic) => new()
    {
        TopicId = topic.TopicId,
        Partitions = topic.PartitionIndexes.ConvertAll(p => ToPartition(new FetchedOffset(new TopicPartition("", p), ErrorCode.UnknownTopicId, -1, -1, ""))),
    };

    private static OffsetFetchResponseTopicPartition ToPartition(FetchedOffset offset) => new()
    {
        PartitionIndex = offset.Partition.Partition,
        CommittedOffset = offset.Offset,
        CommittedLeaderEpoch = offset.LeaderEpoch,
        Metadata = offset.Metadata,
        ErrorCode = offset.Error,
    };
}
