using System.Net;

namespace Kafkadog.Broker.Security.Acls;

/// <summary>
/// All access control lists at one moment, arranged so that a decision looks at few entries however many there are: by the name
/// of the resource, by the wildcard, and by each length that a prefix has.
/// </summary>
internal sealed class AclIndex
{
    private static readonly Comparer<AclBinding> Order = Comparer<AclBinding>.Create((one, other) =>
        (one.ResourceType, one.PatternType) != (other.ResourceType, other.PatternType)
            ? (one.ResourceType, one.PatternType).CompareTo((other.ResourceType, other.PatternType))
            : string.CompareOrdinal(one.ResourceName, other.ResourceName) is var names and not 0 ? names
            : string.CompareOrdinal(one.Principal, other.Principal) is var principals and not 0 ? principals
            : string.CompareOrdinal(one.Host, other.Host) is var hosts and not 0 ? hosts
            : (one.Operation, one.Permission).CompareTo((other.Operation, other.Permission)));

    private readonly Dictionary<AclResourceType, OfType> _types;

    public AclIndex(IEnumerable<AclBinding> acls)
    {
        All = [.. acls.Order(Order)];
        _types = All.GroupBy(acl => acl.ResourceType).ToDictionary(group => group.Key, group => new OfType([.. group]));
    }

    public static AclIndex Empty { get; } = new([]);

    /// <summary>Sorted, so that an answer does not depend on the order of creation.</summary>
    public IReadOnlyList<AclBinding> All { get; }

    /// <summary>All entries of the type.</summary>
    public IReadOnlyList<AclEntry> Of(AclResourceType type) => _types.TryGetValue(type, out var ofType) ? ofType.All : [];

    /// <summary>Calls <paramref name="look"/> with the entries about the resource, until it returns false.</summary>
    public void Visit(AclResourceType type, string name, Func<AclEntry[], bool> look)
    {
        if (!_types.TryGetValue(type, out var ofType)
            || (ofType.Literal.TryGetValue(name, out var exact) && !look(exact))
            || (name != AclBinding.Wildcard && ofType.Literal.TryGetValue(AclBinding.Wildcard, out var every) && !look(every)))
        {
            return;
        }

        var prefixes = ofType.Prefixed.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var length in ofType.PrefixLengths)
        {
            if (length > name.Length || (prefixes.TryGetValue(name.AsSpan(0, length), out var prefixed) && !look(prefixed)))
            {
                return;
            }
        }
    }

    private sealed class OfType
    {
        public OfType(IReadOnlyList<AclBinding> acls)
        {
            All = [.. acls.Select(AclEntry.From)];
            Literal = ByName(AclPatternType.Literal);
            Prefixed = ByName(AclPatternType.Prefixed);
            PrefixLengths = [.. Prefixed.Keys.Select(prefix => prefix.Length).Distinct().Order()];
        }

        public IReadOnlyList<AclEntry> All { get; }

        public Dictionary<string, AclEntry[]> Literal { get; }

        public Dictionary<string, AclEntry[]> Prefixed { get; }

        public int[] PrefixLengths { get; }

        private Dictionary<string, AclEntry[]> ByName(AclPatternType pattern) => All
            .Where(entry => entry.Binding.PatternType == pattern)
            .GroupBy(entry => entry.Binding.ResourceName, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }
}

/// <summary>An entry with its host as an address, which a client's can be compared with.</summary>
internal sealed record AclEntry(AclBinding Binding, IPAddress? Address)
{
    public static AclEntry From(AclBinding binding) => new(binding, IPAddress.TryParse(binding.Host, out var address) ? address : null);

    /// <summary>Whether the entry is about that client, whatever it wants to do.</summary>
    public bool IsAbout(string principal, IPAddress? address) =>
        (Binding.Principal == principal || Binding.Principal == KafkaPrincipal.Wildcard)
        && (Binding.Host == AclBinding.Wildcard || (Address is not null && Address.Equals(address)));
}
