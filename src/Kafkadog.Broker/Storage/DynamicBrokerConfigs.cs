using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Storage;

/// <summary>The settings of the broker that can be changed while it runs (KIP-226): the defaults of topics. They survive a restart.</summary>
internal sealed class DynamicBrokerConfigs(IReadOnlyDictionary<string, string> ofStart) : IMetadataState
{
    private readonly Lock _lock = new();
    private readonly Dictionary<bool, Dictionary<string, string>> _layers = new() { [false] = new(StringComparer.Ordinal), [true] = new(StringComparer.Ordinal) };
    private volatile BrokerDefaults _current = new(ofStart);
    private MetadataLog? _log;

    public BrokerDefaults Current => _current;

    /// <summary>The setting of a topic whose default a setting of the broker is; null if it cannot be changed while the broker runs.</summary>
    public static TopicConfigDefinition? Definition(string name) =>
        TopicConfigs.All.Values.FirstOrDefault(definition => definition.BrokerSynonyms is [var first, ..] && first.Name == name);

    public void Attach(MetadataLog log) => _log = log;

    /// <summary>Changes settings of this node, or of all nodes. Errors: INVALID_REQUEST, INVALID_CONFIG, KAFKA_STORAGE_ERROR.</summary>
    public (ErrorCode Error, string? Message) Alter(bool ofNode, IReadOnlyList<ConfigChange> changes, bool replaceAll, bool validateOnly)
    {
        lock (_lock)
        {
            var result = new Dictionary<string, string>(replaceAll ? [] : _layers[ofNode], StringComparer.Ordinal);
            foreach (var change in changes)
            {
                var definition = Definition(change.Name);

                // Tools remove throttles that they may not have set.
                if (definition is null && change.Operation is ConfigOperation.Delete)
                    continue;
                if (definition is null)
                    return (ErrorCode.InvalidRequest, $"Cannot update these configs dynamically: [{change.Name}]");
                var (error, message) = TopicConfig.Apply(result, definition, change, change.Name, () => Effective(definition, change.Name));
                if (error is not ErrorCode.None)
                    return (error, message);
                if (result.TryGetValue(change.Name, out var value) && definition.Problem(value, change.Name) is { } problem)
                    return (ErrorCode.InvalidRequest, problem);
            }

            if (validateOnly)
                return (ErrorCode.None, null);
            try
            {
                _log!.Append(new BrokerConfigRecord(ofNode, result));
                return (ErrorCode.None, null);
            }
            catch (StorageException e)
            {
                return (ErrorCode.KafkaStorageError, e.Message);
            }
        }
    }

    public void Apply(MetadataRecord record)
    {
        if (record is not BrokerConfigRecord altered)
            return;
        _layers[altered.OfNode] = new(altered.Configs, StringComparer.Ordinal);
        _current = new(ofStart, _layers[false], _layers[true]);
    }

    public IEnumerable<MetadataRecord> Snapshot() => _layers.Where(layer => layer.Value.Count > 0).Select(layer => new BrokerConfigRecord(layer.Key, layer.Value));

    private string Effective(TopicConfigDefinition definition, string name) => _current.Candidates(name).Select(candidate => candidate.Value).FirstOrDefault() ?? definition.Default;
}
