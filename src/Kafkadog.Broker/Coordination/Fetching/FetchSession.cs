using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Coordination.Fetching;

/// <summary>
/// What a client fetches again and again (KIP-227): it names changes only, and is answered with partitions that have changed only.
/// A session belongs to one connection at a time, but two may claim it: everything is under its lock.
/// </summary>
internal sealed class FetchSession(int id, bool byTopicId, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<CachedPartition> _order = [];
    private readonly Dictionary<PartitionKey, LinkedListNode<CachedPartition>> _partitions = [];
    private int _nextEpoch = 1;

    public int Id => id;

    public long Created { get; } = time.GetTimestamp();

    public long LastUsed { get; private set; } = time.GetTimestamp();

    /// <summary>How many partitions it watches.</summary>
    public int Size { get; private set; }

    /// <summary>Starts with the partitions of a full request, as they were answered.</summary>
    public void Start(FetchRequest request, FetchResponse response)
    {
        lock (_lock)
        {
            Update(request);
            foreach (var topic in response.Responses)
            {
                foreach (var answer in topic.Partitions)
                {
                    if (_partitions.TryGetValue(new(topic.Topic, topic.TopicId, answer.PartitionIndex), out var node))
                    {
                        node.Value.Tell(answer);
                    }
                }
            }
        }
    }

    /// <summary>Takes the changes of an incremental request. Errors: INVALID_FETCH_SESSION_EPOCH, FETCH_SESSION_TOPIC_ID_ERROR.</summary>
    /// <param name="topics">All that is to be fetched now.</param>
    public ErrorCode Continue(FetchRequest request, bool requestByTopicId, out List<FetchRequestTopic> topics)
    {
        lock (_lock)
        {
            topics = [];
            if (request.SessionEpoch != _nextEpoch)
            {
                return ErrorCode.InvalidFetchSessionEpoch;
            }

            if (requestByTopicId != byTopicId)
            {
                return ErrorCode.FetchSessionTopicIdError;
            }

            Update(request);
            foreach (var forgotten in request.ForgottenTopicsData.SelectMany(topic => topic.Partitions.Select(partition => new PartitionKey(topic.Topic, topic.TopicId, partition))))
            {
                if (_partitions.Remove(forgotten, out var node))
                {
                    _order.Remove(node);
                }
            }

            Size = _partitions.Count;
            LastUsed = time.GetTimestamp();
            _nextEpoch = _nextEpoch == int.MaxValue ? 1 : _nextEpoch + 1;
            foreach (var partition in _order)
            {
                if (topics is not [.., var last] || last.Topic != partition.Key.Topic || last.TopicId != partition.Key.TopicId)
                {
                    topics.Add(last = new FetchRequestTopic { Topic = partition.Key.Topic, TopicId = partition.Key.TopicId });
                }

                last.Partitions.Add(partition.Asked);
            }

            return ErrorCode.None;
        }
    }

    /// <summary>Leaves out of an answer what the client knows already. Partitions with records go to the end, so that all get their turn.</summary>
    public List<FetchResponseTopic> Changed(List<FetchResponseTopic> answered)
    {
        lock (_lock)
        {
            var changed = new List<FetchResponseTopic>();
            foreach (var topic in answered)
            {
                var kept = new FetchResponseTopic { Topic = topic.Topic, TopicId = topic.TopicId };
                foreach (var answer in topic.Partitions)
                {
                    if (!_partitions.TryGetValue(new(topic.Topic, topic.TopicId, answer.PartitionIndex), out var node) || !node.Value.Tell(answer))
                    {
                        continue;
                    }

                    kept.Partitions.Add(answer);
                    if (answer.Records is { Length: > 0 })
                    {
                        _order.Remove(node);
                        _order.AddLast(node);
                    }
                }

                if (kept.Partitions.Count > 0)
                {
                    changed.Add(kept);
                }
            }

            return changed;
        }
    }

    private void Update(FetchRequest request)
    {
        foreach (var topic in request.Topics)
        {
            foreach (var asked in topic.Partitions)
            {
                var key = new PartitionKey(topic.Topic, topic.TopicId, asked.Partition);
                if (_partitions.TryGetValue(key, out var node))
                {
                    node.Value.Asked = asked;
                }
                else
                {
                    _partitions[key] = _order.AddLast(new CachedPartition(key, asked));
                }
            }
        }

        Size = _partitions.Count;
    }

    private readonly record struct PartitionKey(string Topic, Guid TopicId, int Partition);

    private sealed class CachedPartition(PartitionKey key, FetchRequestPartition asked)
    {
        private long _highWatermark = -1, _logStartOffset = -1;

        public PartitionKey Key => key;

        public FetchRequestPartition Asked { get; set; } = asked;

        /// <summary>Remembers what the client is told; false if it need not be told.</summary>
        public bool Tell(FetchResponsePartition answer)
        {
            var isNews = answer.Records is { Length: > 0 } || answer.HighWatermark != _highWatermark || answer.LogStartOffset != _logStartOffset
                || answer.ErrorCode != ErrorCode.None || answer.DivergingEpoch is not null;

            // After an error the partition is told again in any case.
            (_highWatermark, _logStartOffset) = (answer.ErrorCode == ErrorCode.None && answer.DivergingEpoch is null ? answer.HighWatermark : -1, answer.LogStartOffset);
            return isNews;
        }
    }
}
