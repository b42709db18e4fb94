namespace Kafkadog.Broker.Storage;

/// <summary>
/// The settings of the broker that are defaults of topics, as of one moment: those set while it runs, for this node and below them for
/// all nodes, over those it was started with. Immutable.
/// </summary>
internal sealed class BrokerDefaults(
    IReadOnlyDictionary<string, string> ofStart, IReadOnlyDictionary<string, string> ofCluster, IReadOnlyDictionary<string, string> ofNode)
{
    private static readonly Dictionary<string, string> s_none = new(StringComparer.Ordinal);

    public BrokerDefaults(IReadOnlyDictionary<string, string> ofStart)
        : this(ofStart, s_none, s_none)
    {
    }

    /// <summary>Set while the broker runs, for all nodes.</summary>
    public IReadOnlyDictionary<string, string> OfCluster => ofCluster;

    /// <summary>Set while the broker runs, for this node.</summary>
    public IReadOnlyDictionary<string, string> OfNode => ofNode;

    /// <summary>The values of a setting, the strongest first.</summary>
    public IEnumerable<ConfigSynonym> Candidates(string name)
    {
        if (ofNode.TryGetValue(name, out var value))
            yield return new(name, value, ConfigSource.DynamicBroker);
        if (ofCluster.TryGetValue(name, out value))
            yield return new(name, value, ConfigSource.DynamicDefaultBroker);
        if (ofStart.TryGetValue(name, out value))
            yield return new(name, value, ConfigSource.StaticBroker);
    }
}
