namespace Kafkadog.Broker.Security.Acls;

/// <summary>One entry of an access control list and the resources it is about. Names are the protocol's; they are also what is stored.</summary>
internal sealed record AclBinding(
    AclResourceType ResourceType, string ResourceName, AclPatternType PatternType, string Principal, string Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>The name of the one resource of type <see cref="AclResourceType.Cluster"/>.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>As a name: every resource of the type. As a host: every address.</summary>
    public const string Wildcard = "*";

    /// <summary>It has a value that may only stand in a filter.</summary>
    public bool IsFilter =>
        ResourceType is AclResourceType.Any || PatternType is AclPatternType.Any or AclPatternType.Match || Operation is AclOperation.Any || Permission is AclPermission.Any;

    /// <summary>It has the number that stands for nothing.</summary>
    public bool IsUnknown =>
        ResourceType is AclResourceType.Unknown || PatternType is AclPatternType.Unknown || Operation is AclOperation.Unknown || Permission is AclPermission.Unknown;

    /// <summary>Whether a resource of that name falls under this pattern.</summary>
    public bool Covers(string name) => PatternType is AclPatternType.Prefixed
        ? name.StartsWith(ResourceName, StringComparison.Ordinal)
        : ResourceName == name || ResourceName == Wildcard;

    /// <summary>Why it cannot be stored, in Apache Kafka's words; null when it can.</summary>
    public string? Problem() =>
        ResourceType is AclResourceType.Cluster && ResourceName != ClusterName ? $"The only valid name for the CLUSTER resource is {ClusterName}"
        : ResourceName.Length == 0 ? "Invalid empty resource name"
        : !Enum.IsDefined(ResourceType) ? "Invalid resourceType UNKNOWN"
        : !Enum.IsDefined(PatternType) ? "Invalid patternType UNKNOWN"
        : !Enum.IsDefined(Operation) ? "Invalid operation UNKNOWN"
        : !Enum.IsDefined(Permission) ? "Invalid permissionType UNKNOWN"
        : !Principal.Contains(':', StringComparison.Ordinal) ? $"Could not parse principal from `{Principal}` (no colon is present separating the principal type from the principal name)"
        : null;
}
