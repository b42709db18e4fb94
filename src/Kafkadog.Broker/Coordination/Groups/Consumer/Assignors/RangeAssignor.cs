namespace Kafkadog.Broker.Coordination.Groups.Consumer.Assignors;

/// <summary>
/// Each topic is cut into ranges, one for each of its readers in order, so that the same numbers of several topics come together and
/// can be joined. Static members come first, by name, so that a restart moves nothing.
/// </summary>
internal sealed class RangeAssignor : IPartitionAssignor
{
    public string Name => "range";

    public IReadOnlyDictionary<string, IReadOnlySet<TopicIdPartition>> Assign(IReadOnlyList<AssignorMember> members, Func<Guid, int> partitionsOf)
    {
        var result = members.ToDictionary(m => m.MemberId, _ => new HashSet<TopicIdPartition>(), StringComparer.Ordinal);
        var readers = members
            .OrderBy(m => m.InstanceId is null)
            .ThenBy(m => m.InstanceId ?? m.MemberId, StringComparer.Ordinal)
            .SelectMany(m => m.Topics.Select(topic => (Topic: topic, m.MemberId)))
            .ToLookup(r => r.Topic, r => r.MemberId);
        foreach (var ofTopic in readers)
        {
            var memberIds = ofTopic.ToList();
            var (quota, extra) = Math.DivRem(partitionsOf(ofTopic.Key), memberIds.Count);
            var next = 0;
            for (var i = 0; i < memberIds.Count; i++)
            {
                var end = next + quota + (i < extra ? 1 : 0);
                for (; next < end; next++) result[memberIds[i]].Add(new TopicIdPartition(ofTopic.Key, next));
            }
        }

        return result.ToDictionary(r => r.Key, r => (IReadOnlySet<TopicIdPartition>)r.Value, StringComparer.Ordinal);
    }
}
