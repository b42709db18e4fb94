namespace Kafkadog.Broker.Security.Acls;

/// <summary>Which entries are meant, when lists are described or deleted. Null and ANY stand for everything.</summary>
internal sealed record AclFilter(
    AclResourceType ResourceType, string? ResourceName, AclPatternType PatternType, string? Principal, string? Host, AclOperation Operation, AclPermission Permission)
{
    /// <summary>It has the number that stands for nothing. One that only a later version knows is no error: it matches nothing.</summary>
    public bool IsUnknown =>
        ResourceType is AclResourceType.Unknown || PatternType is AclPatternType.Unknown || Operation is AclOperation.Unknown || Permission is AclPermission.Unknown;

    /// <summary>It has a number for the type of resource or of pattern that only a later version may know.</summary>
    public bool HasLaterPattern => !Enum.IsDefined(ResourceType) || !Enum.IsDefined(PatternType);

    /// <summary>It has a number for the operation or the permission that only a later version may know.</summary>
    public bool HasLaterEntry => !Enum.IsDefined(Operation) || !Enum.IsDefined(Permission);

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
