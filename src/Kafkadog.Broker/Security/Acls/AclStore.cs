using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Security.Acls;

/// <summary>The access control lists of the broker, kept in its metadata log. Lookups take no lock; a change is on the disk when it returns.</summary>
internal sealed class AclStore : IMetadataState
{
    /// <summary>A record of the metadata log is bounded: as many entries go into one as surely fit, every character escaped.</summary>
    private const int MaxRecordCharacters = 1024 * 1024, EntryCharacters = 200;

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
    /// <exception cref="StorageException">Not all of them could be written.</exception>
    public void Add(IReadOnlyList<AclBinding> acls)
    {
        lock (_changeLock)
        {
            var missing = acls.Where(acl => !_acls.Contains(acl)).Distinct().ToArray();
            Append(missing, part => new AclsAddedRecord(part));
        }
    }

    /// <summary>Removes what matches any of the filters, and tells for each filter what it matched.</summary>
    /// <exception cref="StorageException">It could not be written; not all of it was removed.</exception>
    public IReadOnlyList<IReadOnlyList<AclBinding>> Remove(IReadOnlyList<AclFilter> filters)
    {
        lock (_changeLock)
        {
            var matches = filters.Select(Find).ToArray();
            var removed = matches.SelectMany(found => found).Distinct().ToArray();
            Append(removed, part => new AclsRemovedRecord(part));

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

    public IEnumerable<MetadataRecord> Snapshot() => Parts(_acls).Select(part => new AclsAddedRecord(part));

    private void Append(IReadOnlyCollection<AclBinding> acls, Func<IReadOnlyList<AclBinding>, MetadataRecord> record)
    {
        try
        {
            foreach (var part in Parts(acls))
            {
                (_log ?? throw new InvalidOperationException("Not attached to a metadata log.")).Append(record(part));
            }
        }
        finally
        {
            Volatile.Write(ref _index, new AclIndex(_acls));
        }
    }

    private static IEnumerable<IReadOnlyList<AclBinding>> Parts(IReadOnlyCollection<AclBinding> acls)
    {
        var part = new List<AclBinding>();
        var characters = 0;
        foreach (var acl in acls)
        {
            characters += EntryCharacters + acl.ResourceName.Length + acl.Principal.Length + acl.Host.Length;
            if (characters > MaxRecordCharacters && part.Count > 0)
            {
                yield return part;
                (part, characters) = ([], 0);
            }

            part.Add(acl);
        }

        if (part.Count > 0)
        {
            yield return part;
        }
    }
}
