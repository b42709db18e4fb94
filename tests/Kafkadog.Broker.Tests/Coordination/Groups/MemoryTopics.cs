using Kafkadog.Broker.Coordination.Groups;

namespace Kafkadog.Broker.Tests.Coordination.Groups;

/// <summary>Topics that the test makes, grows and deletes at will.</summary>
internal sealed class MemoryTopics : IGroupTopics
{
    private readonly Dictionary<string, GroupTopic> _topics = new(StringComparer.Ordinal);
    private int _ids;

    public long Version { get; private set; }

    public IEnumerable<GroupTopic> All => _topics.Values;

    public Guid Create(string name, int partitions)
    {
        _topics[name] = new GroupTopic(name, new Guid(++_ids, 0, 0, new byte[8]), partitions);
        Version++;
        return _topics[name].Id;
    }

    public void Grow(string name, int partitions)
    {
        _topics[name] = _topics[name] with { Partitions = partitions };
        Version++;
    }

    public void Delete(string name)
    {
        _topics.Remove(name);
        Version++;
    }

    public bool TryGet(string name, out GroupTopic topic) => _topics.TryGetValue(name, out topic);

    public bool TryGet(Guid id, out GroupTopic topic)
    {
        topic = _topics.Values.FirstOrDefault(t => t.Id == id);
        return topic.Name is not null;
    }
}
