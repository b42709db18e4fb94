using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DeleteAcls (key 31), versions 1 to 3: removes the entries that match filters, and tells for each filter which they were.
/// v1 patterns (KIP-290); v2 flexible; v3 users as resources.
/// </summary>
internal static class DeleteAcls
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteAclsRequest request)
    {
        if (AclAccess.Refusal(context, AclOperation.Alter) is { Error: not ErrorCode.None } refusal)
        {
            return Failed(request, refusal.Error, refusal.Message);
        }

        var filters = request.Filters.ConvertAll(filter => new AclFilter(
            (AclResourceType)filter.ResourceTypeFilter,
            filter.ResourceNameFilter,
            (AclPatternType)filter.PatternTypeFilter,
            filter.PrincipalFilter,
            filter.HostFilter,
            (AclOperation)filter.Operation,
            (AclPermission)filter.PermissionType));
        AclAccess.RefuseUnknown(filters.Exists(filter => filter.IsUnknown));
        try
        {
            var removed = context.Broker.Authorizer.Acls.Remove(filters.FindAll(filter => Problem(filter) is null));
            var next = 0;
            return new(new DeleteAclsResponse
            {
                FilterResults = filters.ConvertAll(filter => Problem(filter) is { } problem
                    ? new DeleteAclsResponseFilterResult { ErrorCode = ErrorCode.InvalidRequest, ErrorMessage = problem }
                    : new DeleteAclsResponseFilterResult { MatchingAcls = [.. removed[next++].Select(Removed)] }),
            });
        }
        catch (StorageException problem)
        {
            return Failed(request, ErrorCode.KafkaStorageError, problem.Message);
        }
    }

    /// <summary>Nobody knows what a filter from the future would delete.</summary>
    private static string? Problem(AclFilter filter) => filter.HasLaterPattern ? "Unknown patternFilter." : filter.HasLaterEntry ? "Unknown entryFilter." : null;

    private static DeleteAclsResponseMatchingAcl Removed(AclBinding acl) => new()
    {
        ResourceType = (sbyte)acl.ResourceType,
        ResourceName = acl.ResourceName,
        PatternType = (sbyte)acl.PatternType,
        Principal = acl.Principal,
        Host = acl.Host,
        Operation = (sbyte)acl.Operation,
        PermissionType = (sbyte)acl.Permission,
    };

    private static ValueTask<IMessage?> Failed(DeleteAclsRequest request, ErrorCode error, string? message) => new(new DeleteAclsResponse
    {
        FilterResults = request.Filters.ConvertAll(_ => new DeleteAclsResponseFilterResult { ErrorCode = error, ErrorMessage = message }),
    });
}
