using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Security.Acls;

/// <summary>The access control lists of the broker, kept in its metadata log. Lookups take no lock; a change is on the disk when it returns.</summary>
internal sealed class AclStore : IMetadataState
{
    private readonly Lock _changeLock = new();
    private readonly HashSet<AclBinding> _acls = [];
    private MetadataLog? _log;
    private AclIndex? _index;

    /// <summary>The lists as they are at this moment.</summary>
    public AclIndex Index => Volatile.Read(ref _index) ?? AclIndex.Empty;

    /// <summary>Changes are written there.</summary>
    public void Attach(MetadataLog log)
    {
        _log = log;
        Open();
    }

    /// <summary>Every record that was stored has been applied: lookups can begin.</summary>
    public void Open() => _index = new AclIndex(_acls);

    /// <summary>All entries that match, in a fixed order.</summary>
    public IReadOnlyList<AclBinding> Find(AclFilter filter) => [.. Index.All.Where(filter.Matches)];

    /// <summary>Adds entries; one that is there already is left as it is.</summary>
    /// <exception cref="StorageException">They could not be written; none was added.</exception>
    public void Add(IReadOnlyList<AclBinding> acls)
    {
        lock (_changeLock)
        {
            var missing = acls.Where(acl => !_acls.Contains(acl)).Distinct().ToArray();
            if (missing.Length > 0)
            {
                Append(new AclsAddedRecord(missing));
            }
        }
    }

    /// <summary>Removes what matches any of the filters, and tells for each filter what it matched.</summary>
    /// <exception cref="StorageException">It could not be written; nothing was removed.</exception>
    public IReadOnlyList<IReadOnlyList<AclBinding>> Remove(IReadOnlyList<AclFilter> filters)
    {
        lock (_changeLock)
        {
            var matches = filters.Select(Find).ToArray();
            var removed = matches.SelectMany(found => found).Distinct().ToArray();
            if (removed.Length > 0)
            {
                Append(new AclsRemovedRecord(removed));
            }

            return matches;
        }
    }

    public void Apply(MetadataRecord record)
    {
        switch (record)
        {
            case AclsAddedRecord added:
                _acls.UnionWith(added.Acls);
                break;
            case AclsRemovedRecord removed:
                _acls.ExceptWith(removed.Acls);
                break;
        }
    }

    public IEnumerable<MetadataRecord> Snapshot() => _acls.Count > 0 ? [new AclsAddedRecord([.. _acls])] : [];

    private void Append(MetadataRecord record)
    {
        (_log ?? throw new InvalidOperationException("Not attached to a metadata log.")).Append(record);
        Volatile.Write(ref _index, new AclIndex(_acls));
    }
}
