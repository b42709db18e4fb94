namespace Kafkadog.Broker.Security.Acls;

/// <summary>One entry of an access control list and the resources it is about. Names are the protocol's; they are also what is stored.</summary>
internal sealed record AclBinding(
    AclResourceType ResourceType, string ResourceName, AclPatternType PatternType, string Principal, string Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>The name of the one resource of type <see cref="AclResourceType.Cluster"/>.</summary>
    public const string ClusterName = "kafka-cluster";

    /// <summary>As a name: every resource of the type. As a host: every address.</summary>
    public const string Wildcard = "*";

    /// <summary>Whether a resource of that name falls under this pattern.</summary>
    public bool Covers(string name) => PatternType is AclPatternType.Prefixed
        ? name.StartsWith(ResourceName, StringComparison.Ordinal)
        : ResourceName == name || ResourceName == Wildcard;

    /// <summary>Why it cannot be stored; null when it can.</summary>
    public string? Problem()
    {
        if (ResourceType is AclResourceType.Unknown or AclResourceType.Any || !Enum.IsDefined(ResourceType))
        {
            return "Invalid resource type: it must be one that resources have.";
        }

        if (PatternType is not (AclPatternType.Literal or AclPatternType.Prefixed))
        {
            return "Invalid pattern type: it must be LITERAL or PREFIXED.";
        }

        if (Permission is not (AclPermission.Allow or AclPermission.Deny))
        {
            return "Invalid permission type: it must be ALLOW or DENY.";
        }

        if (Operation is AclOperation.Unknown or AclOperation.Any || !Enum.IsDefined(Operation))
        {
            return "Invalid operation: it must be one, or ALL.";
        }

        return ResourceName.Length == 0 ? "Resource name should not be empty"
            : ResourceType is AclResourceType.Cluster && ResourceName != ClusterName ? $"The only valid name for the CLUSTER resource is {ClusterName}"
            : !KafkaPrincipal.TryParse(Principal, out _) ? $"Could not parse principal from `{Principal}`: expected type:name"
            : null;
    }
}
