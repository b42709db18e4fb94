using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>DeleteGroups, versions 0 to 2: removes groups without members, offsets and all (KIP-229). A group with members is refused.</summary>
internal static class DeleteGroups
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteGroupsRequest request)
    {
        var errors = await context.Broker.Groups.DeleteAsync(request.GroupsNames, context.Released);
        return new DeleteGroupsResponse
        {
            Results = [.. request.GroupsNames.Zip(errors, (group, error) => new DeleteGroupsResponseResult { GroupId = group, ErrorCode = error })],
        };
    }
}
