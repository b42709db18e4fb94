using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>DeleteGroups, versions 0 to 2: removes groups without members, offsets and all (KIP-229). A group with members is refused.</summary>
internal static class DeleteGroups
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteGroupsRequest request)
    {
        var allowed = request.GroupsNames.FindAll(group => context.AllowsGroup(AclOperation.Delete, group));
        var errors = await context.Broker.Groups.DeleteAsync(allowed, context.Released);
        return new DeleteGroupsResponse
        {
            Results =
            [
                .. request.GroupsNames.Except(allowed, StringComparer.Ordinal).Select(group => new DeleteGroupsResponseResult { GroupId = group, ErrorCode = ErrorCode.GroupAuthorizationFailed }),
                .. allowed.Zip(errors, (group, error) => new DeleteGroupsResponseResult { GroupId = group, ErrorCode = error }),
            ],
        };
    }
}
