using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Storage;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// CreateAcls (key 30), versions 1 to 3: adds entries to access control lists; each that cannot be added has an error of its own. One
/// that is there already is no error. A value that only a filter may have is an error of the whole request. v1 patterns (KIP-290); v2 flexible; v3 users as resources.
/// </summary>
internal static class CreateAcls
{
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, CreateAclsRequest request)
    {
        if (AclAccess.Refusal(context, AclOperation.Alter) is { Error: not ErrorCode.None } refusal)
        {
            return new(new CreateAclsResponse { Results = request.Creations.ConvertAll(_ => Result(refusal.Error, refusal.Message)) });
        }

        var acls = request.Creations.ConvertAll(asked => new AclBinding(
            (AclResourceType)asked.ResourceType,
            asked.ResourceName,
            (AclPatternType)asked.ResourcePatternType,
            asked.Principal,
            asked.Host,
            (AclOperation)asked.Operation,
            (AclPermission)asked.PermissionType));
        AclAccess.RefuseUnknown(acls.Exists(acl => acl.IsUnknown));
        if (acls.Exists(acl => acl.IsFilter))
        {
            return new(new CreateAclsResponse { Results = acls.ConvertAll(_ => Result(ErrorCode.UnknownServerError, null)) });
        }

        var problems = acls.ConvertAll(acl => acl.Problem());
        var (stored, problem) = Add(context, [.. acls.Where((_, index) => problems[index] is null)]);
        return new(new CreateAclsResponse { Results = problems.ConvertAll(wrong => wrong is null ? Result(stored, problem) : Result(ErrorCode.InvalidRequest, wrong)) });
    }

    private static (ErrorCode Error, string? Problem) Add(RequestContext context, List<AclBinding> acls)
    {
        try
        {
            context.Broker.Authorizer.Acls.Add(acls);
            return (ErrorCode.None, "");
        }
        catch (StorageException problem)
        {
            return (ErrorCode.KafkaStorageError, problem.Message);
        }
    }

    private static CreateAclsResponseResult Result(ErrorCode error, string? message) => new() { ErrorCode = error, ErrorMessage = message };
}
