using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Coordination.Groups;

/// <summary>The topics of the broker's own registry.</summary>
internal sealed class RegistryTopics : IGroupTopics
{
    private readonly TopicRegistry _registry;
    private long _version;

    public RegistryTopics(TopicRegistry registry)
    {
        _registry = registry;
        registry.Changed += change =>
        {
            if (change.Kind is not TopicChangeKind.ConfigsAltered) Interlocked.Increment(ref _version);
        };
    }

    public long Version => Volatile.Read(ref _version);

    public IEnumerable<GroupTopic> All => _registry.All.Select(ToGroupTopic);

    public bool TryGet(string name, out GroupTopic topic) => Found(_registry.TryGet(name, out var found) ? found : null, out topic);

    public bool TryGet(Guid id, out GroupTopic topic) => Found(_registry.TryGet(id, out var found) ? found : null, out topic);

    private static bool Found(Topic? found, out GroupTopic topic)
    {
        topic = found is null ? default : ToGroupTopic(found);
        return found is not null;
    }

    private static GroupTopic ToGroupTopic(Topic topic) => new(topic.Name, topic.Id, topic.Partitions.Count);
}
