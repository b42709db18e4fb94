using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>Heartbeat, versions 0 to 4: a member lives, and learns whether it must join again. v3 static members.</summary>
internal static class Heartbeat
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, HeartbeatRequest request) => new HeartbeatResponse
    {
        ErrorCode = !context.AllowsGroup(AclOperation.Read, request.GroupId) ? ErrorCode.GroupAuthorizationFailed : await context.Broker.Groups.HeartbeatAsync(
            request.GroupId, new MemberIdentity(request.MemberId, request.GroupInstanceId), request.GenerationId, context.Released),
    };
}
