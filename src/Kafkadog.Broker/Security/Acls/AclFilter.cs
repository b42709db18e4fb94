namespace Kafkadog.Broker.Security.Acls;

/// <summary>Which entries are meant, when lists are described or deleted. Null and ANY stand for everything.</summary>
internal sealed record AclFilter(
    AclResourceType ResourceType, string? ResourceName, AclPatternType PatternType, string? Principal, string? Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>It has a value this broker does not know, so that it cannot tell what is meant.</summary>
    public bool IsUnknown =>
        ResourceType is AclResourceType.Unknown || !Enum.IsDefined(ResourceType)
        || PatternType is AclPatternType.Unknown || !Enum.IsDefined(PatternType)
        || Operation is AclOperation.Unknown || !Enum.IsDefined(Operation)
        || Permission is AclPermission.Unknown || !Enum.IsDefined(Permission);

    public bool Matches(AclBinding acl) =>
        (ResourceType is AclResourceType.Any || ResourceType == acl.ResourceType)
        && (Operation is AclOperation.Any || Operation == acl.Operation)
        && (Permission is AclPermission.Any || Permission == acl.Permission)
        && (Principal is null || Principal == acl.Principal)
        && (Host is null || Host == acl.Host)
        && (PatternType is AclPatternType.Any or AclPatternType.Match || PatternType == acl.PatternType)
        && MatchesName(acl);

    private bool MatchesName(AclBinding acl) => ResourceName is null || (PatternType is AclPatternType.Match ? acl.Covers(ResourceName) : ResourceName == acl.ResourceName);
}
