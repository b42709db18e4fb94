using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// ListOffsets (key 2), versions 1 to 11: the first or last offset of a partition, or the first record at or after a time.
/// <para>Times below zero are questions: -1 latest, -2 earliest, -3 the record with the largest time, -4 the earliest local and -5 the
/// last tiered offset, -6 the earliest that waits for being tiered. There is no tiered storage, so -4 is -2, and -5 and -6 find nothing.</para>
/// <para>v2 isolation; v4 leader epoch; v6 flexible; v7 -3 (KIP-734); v8 -4 (KIP-405); v9 -5 (KIP-1005); v10 a timeout for remote reads; v11 -6 (KIP-1023).</para>
/// </summary>
internal static class ListOffsets
{
    private const long Earliest = -2, LatestTiered = -5, EarliestPendingUpload = -6;

    /// <summary>The questions below <see cref="Earliest"/>, and the first version that may ask them.</summary>
    private static readonly Dictionary<long, short> s_firstVersions = new() { [-3] = 7, [-4] = 8, [LatestTiered] = 9, [EarliestPendingUpload] = 11 };

    public static ValueTask<IMessage?> HandleAsync(RequestContext context, ListOffsetsRequest request)
    {
        var isolation = request.IsolationLevel == 0 ? FetchIsolation.HighWatermark : FetchIsolation.LastStableOffset;
        var seen = new HashSet<TopicPartition>();
        var twice = new HashSet<TopicPartition>();
        foreach (var one in request.Topics.SelectMany(topic => topic.Partitions.Select(partition => new TopicPartition(topic.Name, partition.PartitionIndex))))
        {
            if (!seen.Add(one))
            {
                twice.Add(one);
            }
        }

        var response = new ListOffsetsResponse();
        foreach (var topic in request.Topics)
        {
            var allowed = context.AllowsTopic(AclOperation.Describe, topic.Name);
            response.Topics.Add(new ListOffsetsResponseTopic
            {
                Name = topic.Name,
                Partitions = [.. topic.Partitions.DistinctBy(partition => partition.PartitionIndex).Select(partition => !allowed
                    ? new ListOffsetsResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = ErrorCode.TopicAuthorizationFailed }
                    : twice.Contains(new TopicPartition(topic.Name, partition.PartitionIndex))
                    ? new ListOffsetsResponsePartition { PartitionIndex = partition.PartitionIndex, ErrorCode = ErrorCode.InvalidRequest }
                    : Find(context, topic.Name, partition, isolation))],
            });
        }

        return new(response);
    }

    private static ListOffsetsResponsePartition Find(RequestContext context, string topic, ListOffsetsRequestPartition asked, FetchIsolation isolation)
    {
        var answer = new ListOffsetsResponsePartition { PartitionIndex = asked.PartitionIndex };
        if (context.Broker.Topics.Partition(topic, asked.PartitionIndex) is not { } log)
        {
            answer.ErrorCode = ErrorCode.UnknownTopicOrPartition;
        }
        else if (Leadership.Check(log, asked.CurrentLeaderEpoch) is var epoch and not ErrorCode.None)
        {
            answer.ErrorCode = epoch;
        }
        else if (asked.Timestamp < Earliest && (!s_firstVersions.TryGetValue(asked.Timestamp, out var first) || context.Version < first))
        {
            answer.ErrorCode = ErrorCode.UnsupportedVersion;
        }
        else if (asked.Timestamp is not (LatestTiered or EarliestPendingUpload))
        {
            var found = log.OffsetForTimestamp(asked.Timestamp, isolation);
            (answer.ErrorCode, answer.Timestamp, answer.Offset, answer.LeaderEpoch) = (found.Error, found.TimestampMs, found.Offset, found.LeaderEpoch);
        }

        return answer;
    }
}
