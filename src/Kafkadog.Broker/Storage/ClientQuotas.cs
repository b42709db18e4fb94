namespace Kafkadog.Broker.Storage;

/// <summary>One part of what a quota is for; a null name stands for the default of its type.</summary>
internal readonly record struct QuotaEntityPart(string Type, string? Name);

/// <summary>Whom a quota is for: a user, a client id, both together, or an address.</summary>
internal sealed class QuotaEntity : IEquatable<QuotaEntity>
{
    public const string User = "user", ClientId = "client-id", Ip = "ip";

    public static readonly IReadOnlyList<string> Types = [User, ClientId, Ip];

    public QuotaEntity(IEnumerable<QuotaEntityPart> parts) => Parts = [.. parts.OrderBy(part => part.Type, StringComparer.Ordinal)];

    /// <summary>In the order of their types; each type at most once.</summary>
    public IReadOnlyList<QuotaEntityPart> Parts { get; }

    public bool IsOfAddress => Parts.Any(part => part.Type == Ip);

    public bool Equals(QuotaEntity? other) => other is not null && Parts.SequenceEqual(other.Parts);

    public override bool Equals(object? obj) => Equals(obj as QuotaEntity);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var part in Parts)
        {
            hash.Add(part);
        }

        return hash.ToHashCode();
    }
}

/// <summary>The quotas of clients (KIP-546). They survive a restart; nothing enforces them.</summary>
internal sealed class ClientQuotas : IMetadataState
{
    private readonly Lock _lock = new();
    private readonly Dictionary<QuotaEntity, SortedDictionary<string, double>> _quotas = [];
    private MetadataLog? _log;

    /// <summary>Every entity that has a quota, with its values.</summary>
    public IReadOnlyList<(QuotaEntity Entity, IReadOnlyDictionary<string, double> Values)> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _quotas.Select(quota => (quota.Key, (IReadOnlyDictionary<string, double>)new SortedDictionary<string, double>(quota.Value, StringComparer.Ordinal)))];
            }
        }
    }

    public void Attach(MetadataLog log) => _log = log;

    /// <param name="changes">The new values; null removes one.</param>
    /// <exception cref="StorageException">The disk refused.</exception>
    public void Alter(QuotaEntity entity, IEnumerable<KeyValuePair<string, double?>> changes)
    {
        foreach (var (key, value) in changes)
        {
            _log!.Append(new ClientQuotaRecord(entity.Parts, key, value));
        }
    }

    public void Apply(MetadataRecord record)
    {
        if (record is not ClientQuotaRecord quota)
        {
            return;
        }

        var entity = new QuotaEntity(quota.Entity);
        lock (_lock)
        {
            if (quota.Value is { } value)
            {
                if (!_quotas.TryGetValue(entity, out var values))
                {
                    _quotas[entity] = values = new(StringComparer.Ordinal);
                }

                values[quota.Key] = value;
            }
            else if (_quotas.TryGetValue(entity, out var values) && values.Remove(quota.Key) && values.Count == 0)
            {
                _quotas.Remove(entity);
            }
        }
    }

    public IEnumerable<MetadataRecord> Snapshot() =>
        All.SelectMany(quota => quota.Values.Select(value => new ClientQuotaRecord(quota.Entity.Parts, value.Key, value.Value)));
}
