namespace Kafkadog.Broker.Storage;

/// <summary>Topics and the number of starts as the metadata log tells them.</summary>
internal sealed class TopicMetadata : IMetadataState
{
    private readonly Dictionary<Guid, TopicRecord> _topics = [];

    /// <summary>How often the broker was started on this directory.</summary>
    public int Starts { get; private set; }

    public IReadOnlyCollection<TopicRecord> Topics => _topics.Values;

    public void Apply(MetadataRecord record)
    {
        switch (record)
        {
            case BrokerStartRecord start:
                Starts = start.Count;
                break;
            case TopicRecord topic:
                _topics[topic.Id] = topic;
                break;
            case TopicPartitionsRecord grown:
                _topics[grown.Id] = _topics[grown.Id] with { Partitions = grown.Partitions };
                break;
            case TopicConfigRecord altered:
                _topics[altered.Id] = _topics[altered.Id] with { Configs = altered.Configs };
                break;
            case RemoveTopicRecord removed:
                _topics.Remove(removed.Id);
                break;
        }
    }

    public IEnumerable<MetadataRecord> Snapshot() => [new BrokerStartRecord(Starts), .. _topics.Values];
}
