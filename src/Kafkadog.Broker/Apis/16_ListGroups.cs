using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>ListGroups, versions 0 to 5: all groups; v4 by state, v5 by type. An empty filter lets everything pass; case does not matter.</summary>
internal static class ListGroups
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, ListGroupsRequest request)
    {
        var groups = await context.Broker.Groups.ListAsync(context.Released);
        var all = context.AllowsCluster(AclOperation.Describe);
        return new ListGroupsResponse
        {
            Groups = [.. groups.Where(g => Passes(request.StatesFilter, g.State) && Passes(request.TypesFilter, g.Type) && (all || context.AllowsGroup(AclOperation.Describe, g.GroupId))).Select(g => new ListGroupsResponseGroup
            {
                GroupId = g.GroupId,
                ProtocolType = g.ProtocolType,
                GroupState = g.State,
                GroupType = g.Type,
            })],
        };
    }

    private static bool Passes(List<string> filter, string value) => filter.Count == 0 || filter.Contains(value, StringComparer.OrdinalIgnoreCase);
}
