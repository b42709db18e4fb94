using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// DescribeGroups, versions 0 to 6: state, protocol and members. A group that does not exist is shown as Dead without an error; from v6 with
/// GROUP_ID_NOT_FOUND and a sentence (KIP-1043). v3 authorized operations.
/// </summary>
internal static class DescribeGroups
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeGroupsRequest request)
    {
        var allowed = request.Groups.FindAll(group => context.AllowsGroup(AclOperation.Describe, group));
        var groups = await context.Broker.Groups.DescribeAsync(allowed, context.Released);
        return new DescribeGroupsResponse
        {
            Groups = [.. request.Groups.Except(allowed, StringComparer.Ordinal).Select(Denied), .. groups.Select(group => new DescribeGroupsResponseGroup
            {
                ErrorCode = group.Error == ErrorCode.GroupIdNotFound && context.Version < 6 ? ErrorCode.None : group.Error,
                ErrorMessage = group.Message,
                GroupId = group.GroupId,
                GroupState = group.State,
                ProtocolType = group.ProtocolType,
                ProtocolData = group.ProtocolData,
                Members = [.. group.Members.Select(member => new DescribeGroupsResponseMember
                {
                    MemberId = member.Member.MemberId,
                    GroupInstanceId = member.Member.InstanceId,
                    ClientId = member.ClientId,
                    ClientHost = member.ClientHost,
                    MemberMetadata = member.Metadata,
                    MemberAssignment = member.Assignment,
                })],
                AuthorizedOperations = request.IncludeAuthorizedOperations && (group.Error == ErrorCode.None || context.Version < 6) ? AuthorizedOperations.OnGroup(context, group.GroupId) : AuthorizedOperations.NotAsked,
            })],
        };
    }

    private static DescribeGroupsResponseGroup Denied(string group) =>
        new() { GroupId = group, ErrorCode = ErrorCode.GroupAuthorizationFailed, AuthorizedOperations = AuthorizedOperations.NotAsked };
}
