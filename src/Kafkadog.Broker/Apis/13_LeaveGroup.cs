using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>LeaveGroup, versions 0 to 5: members go. From v3 many at once, each with its own result, static ones by their name alone (KIP-345).</summary>
internal static class LeaveGroup
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, LeaveGroupRequest request)
    {
        if (!context.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return new LeaveGroupResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed };
        }

        var batched = context.Version >= 3;
        List<MemberIdentity> leavers = batched
            ? request.Members.ConvertAll(m => new MemberIdentity(m.MemberId, m.GroupInstanceId))
            : [new MemberIdentity(request.MemberId)];
        var result = await context.Broker.Groups.LeaveAsync(request.GroupId, leavers, context.Released);
        if (!batched) return new LeaveGroupResponse { ErrorCode = result.Members is [var only] ? only.Error : result.Error };
        return new LeaveGroupResponse
        {
            ErrorCode = result.Error,
            Members = [.. result.Members.Select(m => new LeaveGroupResponseMember { MemberId = m.Member.MemberId, GroupInstanceId = m.Member.InstanceId, ErrorCode = m.Error })],
        };
    }
}
