using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeAcls (key 29), versions 1 to 3: the access control lists that match a filter, by resource.
/// <para>Without access control the answer is SECURITY_DISABLED, by which consoles find out whether there is any.</para>
/// <para>v1 patterns (KIP-290); v2 flexible; v3 users as resources.</para>
/// </summary>
internal static class DescribeAcls
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeAclsRequest request)
    {
        if (AclAccess.Refusal(context, AclOperation.Describe) is { Error: not ErrorCode.None } refusal)
        {
            return new(new DescribeAclsResponse { ErrorCode = refusal.Error, ErrorMessage = refusal.Message });
        }

        var filter = new AclFilter(
            (AclResourceType)request.ResourceTypeFilter,
            request.ResourceNameFilter,
            (AclPatternType)request.PatternTypeFilter,
            request.PrincipalFilter,
            request.HostFilter,
            (AclOperation)request.Operation,
            (AclPermission)request.PermissionType);
        AclAccess.RefuseUnknown(filter.IsUnknown);
        return new(new DescribeAclsResponse
        {
            ErrorMessage = "",
            Resources =
            [
                .. context.Broker.Authorizer.Acls.Find(filter).GroupBy(acl => (acl.ResourceType, acl.ResourceName, acl.PatternType)).Select(resource => new DescribeAclsResponseResource
                {
                    ResourceType = (sbyte)resource.Key.ResourceType,
                    ResourceName = resource.Key.ResourceName,
                    PatternType = (sbyte)resource.Key.PatternType,
                    Acls = [.. resource.Select(acl => new DescribeAclsResponseAcl
                    {
                        Principal = acl.Principal, Host = acl.Host, Operation = (sbyte)acl.Operation, PermissionType = (sbyte)acl.Permission,
                    })],
                }),
            ],
        });
    }
}
