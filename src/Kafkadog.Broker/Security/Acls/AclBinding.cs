namespace Kafkadog.Broker.Security.Acls;

/// <summary>One entry of an access control list and the resources it is about. Names are the protocol's; they are also what is stored.</summary>
internal sealed record AclBinding(
    AclResourceType ResourceType, string ResourceName, AclPatternType PatternType, string Principal, string Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>The name of the one resource of type <see cref="AclResourceType.Cluster"/>.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>As a name: every resource of the type. As a host: every address.</summary>
    public const string Wildcard = "*";

    /// <summary>It has a value this broker does not know, so that it cannot tell what is meant.</summary>
    public bool IsUnknown =>
        ResourceType is AclResourceType.Unknown || !Enum.IsDefined(ResourceType)
        || PatternType is AclPatternType.Unknown || !Enum.IsDefined(PatternType)
        || Operation is AclOperation.Unknown || !Enum.IsDefined(Operation)
        || Permission is AclPermission.Unknown || !Enum.IsDefined(Permission);

    /// <summary>Whether a resource of that name falls under this pattern.</summary>
    public bool Covers(string name) => PatternType is AclPatternType.Prefixed
        ? name.StartsWith(ResourceName, StringComparison.Ordinal)
        : ResourceName == name || ResourceName == Wildcard;

    /// <summary>Why it cannot be stored; null when it can.</summary>
    public string? Problem() =>
        ResourceType is AclResourceType.Any ? $"Invalid resourceType {ResourceType.ToString().ToUpperInvariant()}"
        : PatternType is not (AclPatternType.Literal or AclPatternType.Prefixed) ? $"Invalid patternType {PatternType.ToString().ToUpperInvariant()}"
        : Operation is AclOperation.Any ? $"Invalid operation {Operation.ToString().ToUpperInvariant()}"
        : Permission is AclPermission.Any ? $"Invalid permissionType {Permission.ToString().ToUpperInvariant()}"
        : ResourceName.Length == 0 ? "Invalid empty resource name"
        : ResourceType is AclResourceType.Cluster && ResourceName != ClusterName ? $"The only valid name for the CLUSTER resource is {ClusterName}"
        : !KafkaPrincipal.TryParse(Principal, out _) ? $"Could not parse principal from `{Principal}` (no colon is present separating the principal type from the principal name)"
        : null;
}
