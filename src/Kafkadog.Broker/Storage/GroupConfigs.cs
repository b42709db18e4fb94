using System.Collections.Concurrent;
using Kafkadog.Broker.Protocol;

namespace Kafkadog.Broker.Storage;

/// <summary>The settings that groups have of their own. A group need not exist to have some. Lookups take no lock.</summary>
internal sealed class GroupConfigs : IMetadataState
{
    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>(StringComparer.Ordinal);

    private readonly Lock _changeLock = new();
    private readonly ConcurrentDictionary<string, IReadOnlyDictionary<string, string>> _groups = new(StringComparer.Ordinal);
    private MetadataLog? _log;

    /// <summary>Groups with at least one setting, in no order.</summary>
    public IReadOnlyCollection<string> Groups => (IReadOnlyCollection<string>)_groups.Keys;

    public IReadOnlyDictionary<string, string> Of(string groupId) => _groups.GetValueOrDefault(groupId) ?? s_none;

    public void Attach(MetadataLog log) => _log = log;

    /// <summary>
    /// IncrementalAlterConfigs; with <paramref name="replaceAll"/> (AlterConfigs) settings not named return to their defaults.
    /// Errors: INVALID_CONFIG, KAFKA_STORAGE_ERROR.
    /// </summary>
    /// <param name="problemOf">What the broker's limits say of the settings as a whole; null when they are good.</param>
    public TopicResult Alter(
        string groupId, IReadOnlyList<ConfigChange> changes, Func<IReadOnlyDictionary<string, string>, string?> problemOf, bool replaceAll, bool validateOnly)
    {
        lock (_changeLock)
        {
            var after = new Dictionary<string, string>(replaceAll ? [] : Of(groupId), StringComparer.Ordinal);
            foreach (var (name, operation, value) in changes)
            {
                if (!GroupConfigDefinitions.All.TryGetValue(name, out var definition))
                    return TopicResult.Failed(ErrorCode.InvalidConfig, $"Unknown group config name: {name}");
                if (operation is ConfigOperation.Append or ConfigOperation.Subtract)
                    return TopicResult.Failed(ErrorCode.InvalidConfig, $"Can't {operation} to key {name} because its type is not LIST.");
                if (operation is ConfigOperation.Delete || value is null)
                    after.Remove(name);
                else if (definition.Problem(value) is { } bad)
                    return TopicResult.Failed(ErrorCode.InvalidConfig, bad);
                else
                    after[name] = value;
            }

            if (problemOf(after) is { } problem)
                return TopicResult.Failed(ErrorCode.InvalidConfig, problem);
            if (validateOnly)
                return TopicResult.Ok(null);
            try
            {
                (_log ?? throw new InvalidOperationException("Not attached to a metadata log.")).Append(new GroupConfigRecord(groupId, after));
                return TopicResult.Ok(null);
            }
            catch (StorageException e)
            {
                return TopicResult.Failed(ErrorCode.KafkaStorageError, e.Message);
            }
        }
    }

    public void Apply(MetadataRecord record)
    {
        if (record is not GroupConfigRecord altered)
            return;
        if (altered.Configs.Count > 0)
            _groups[altered.GroupId] = altered.Configs;
        else
            _groups.TryRemove(altered.GroupId, out _);
    }

    public IEnumerable<MetadataRecord> Snapshot() => _groups.Select(group => new GroupConfigRecord(group.Key, group.Value));
}
