using Kafkadog.Broker.Apis;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Fetching;

/// <summary>One look at all partitions of a Fetch. It finds the ranges of batches and copies nothing: that happens when they are sent.</summary>
internal readonly struct FetchRead
{
    private const short FirstVersionWithTopicIds = 13;

    private FetchRead(FetchResponse response, bool isSatisfied) => (Response, IsSatisfied) = (response, isSatisfied);

    public FetchResponse Response { get; }

    /// <summary>There is no reason to wait: enough bytes, an error the client should know at once, or nothing asked.</summary>
    public bool IsSatisfied { get; }

    public static FetchRead Run(RequestContext context, FetchRequest request)
    {
        var isolation = request.IsolationLevel == 0 ? FetchIsolation.HighWatermark : FetchIsolation.LastStableOffset;
        var response = new FetchResponse { Responses = new(request.Topics.Count) };
        var budget = Math.Min(request.MaxBytes, context.Broker.Options.MaxFetchBytes);
        var bytes = 0;
        var answerNow = request.Topics.Count == 0;

        // There are no replicas of ours anywhere.
        var fromReplica = Math.Max(request.ReplicaId, request.ReplicaState?.ReplicaId ?? -1) >= 0;
        foreach (var topic in request.Topics)
        {
            var found = Find(context, topic, out var missing);
            var answers = new FetchResponseTopic { Topic = topic.Topic, TopicId = topic.TopicId, Partitions = new(topic.Partitions.Count) };
            response.Responses.Add(answers);
            foreach (var partition in topic.Partitions)
            {
                var log = found is not null && (uint)partition.Partition < (uint)found.Partitions.Count ? found.Partitions[partition.Partition] : null;
                var answer = log is null ? Failed(partition, found is null ? missing : ErrorCode.UnknownTopicOrPartition, isThere: false)
                    : fromReplica ? Failed(partition, ErrorCode.NotLeaderOrFollower)
                    : request.MaxBytes < 0 || partition.PartitionMaxBytes < 0 ? Failed(partition, ErrorCode.UnknownServerError)
                    : Read(log, partition, Math.Min(partition.PartitionMaxBytes, budget - bytes), atLeastOne: bytes == 0, isolation);
                bytes += answer.Records!.Value.Length;
                answerNow |= answer.ErrorCode != ErrorCode.None || answer.DivergingEpoch is not null;
                answers.Partitions.Add(answer);
            }
        }

        return new FetchRead(response, answerNow || bytes >= request.MinBytes);
    }

    /// <summary>The partitions of the request that exist: where to wait for a change.</summary>
    public static List<PartitionLog> Logs(RequestContext context, FetchRequest request)
    {
        var logs = new List<PartitionLog>();
        foreach (var topic in request.Topics)
        {
            if (Find(context, topic, out _) is { } found)
            {
                logs.AddRange(topic.Partitions.Where(partition => (uint)partition.Partition < (uint)found.Partitions.Count).Select(partition => found.Partitions[partition.Partition]));
            }
        }

        return logs;
    }

    private static Topic? Find(RequestContext context, FetchRequestTopic asked, out ErrorCode missing)
    {
        var byId = context.Version >= FirstVersionWithTopicIds;
        missing = byId ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
        Topic? found;
        var exists = byId ? context.Broker.Topics.TryGet(asked.TopicId, out found) : context.Broker.Topics.TryGet(asked.Topic, out found);

        // An id that nobody has hides no name; a name is not told from one that may not be read.
        if ((exists || !byId) && !context.AllowsTopic(AclOperation.Read, found?.Name ?? asked.Topic))
        {
            missing = ErrorCode.TopicAuthorizationFailed;
            return null;
        }

        return found;
    }

    private static FetchResponsePartition Read(
        PartitionLog log, FetchRequestPartition asked, int maxBytes, bool atLeastOne, FetchIsolation isolation)
    {
        if (Leadership.Check(log, asked.CurrentLeaderEpoch) is var epoch and not ErrorCode.None)
        {
            return Failed(asked, epoch);
        }

        if (asked.LastFetchedEpoch >= 0 && log.OffsetForLeaderEpoch(asked.LastFetchedEpoch).EndOffset < 0)
        {
            return Failed(asked, ErrorCode.OffsetOutOfRange);
        }

        if (asked.LastFetchedEpoch >= 0 && Diverging(log, asked) is { } diverging)
        {
            var stale = Failed(asked, ErrorCode.None);
            (stale.DivergingEpoch, stale.HighWatermark, stale.LogStartOffset) = (diverging, log.HighWatermark, log.LogStartOffset);
            return stale;
        }

        var read = log.Read(asked.FetchOffset, Math.Max(maxBytes, 0), atLeastOne, isolation);
        return new FetchResponsePartition
        {
            PartitionIndex = asked.Partition,
            ErrorCode = read.Error,
            HighWatermark = read.HighWatermark,
            LastStableOffset = read.LastStableOffset,
            LogStartOffset = read.LogStartOffset,
            // Null tells a read_uncommitted client that nothing was looked up; an empty list that nothing was aborted.
            AbortedTransactions = isolation == FetchIsolation.LastStableOffset
                ? [.. read.Aborted.Select(aborted => new FetchResponseAbortedTransaction { ProducerId = aborted.ProducerId, FirstOffset = aborted.FirstOffset })]
                : null,
            Records = read.Slice.Length == 0 ? Empty : new RecordData(new SliceSource(read.Slice), read.Slice.Length),
        };
    }

    /// <summary>The client's log and ours differ when the epoch it last read ended before its offset (KIP-595).</summary>
    private static FetchResponseDivergingEpoch? Diverging(PartitionLog log, FetchRequestPartition asked)
    {
        var end = log.OffsetForLeaderEpoch(asked.LastFetchedEpoch);
        return end.EndOffset >= 0 && (end.LeaderEpoch < asked.LastFetchedEpoch || end.EndOffset < asked.FetchOffset)
            ? new FetchResponseDivergingEpoch { Epoch = end.LeaderEpoch, EndOffset = end.EndOffset }
            : null;
    }

    // Empty and not null: librdkafka takes a length of -1 for a broken message set.
    private static RecordData Empty => new(ReadOnlyMemory<byte>.Empty);

    private static FetchResponsePartition Failed(FetchRequestPartition asked, ErrorCode error, bool isThere = true) => new()
    {
        PartitionIndex = asked.Partition,
        ErrorCode = error,
        HighWatermark = -1,
        AbortedTransactions = isThere ? null : [],
        Records = Empty,
    };

    private sealed class SliceSource(LogSlice slice) : IRecordSource
    {
        public void CopyTo(int from, Span<byte> destination) => slice.CopyTo(from, destination);
    }
}
