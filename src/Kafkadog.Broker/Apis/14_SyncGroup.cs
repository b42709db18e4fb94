using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// SyncGroup, versions 0 to 5: the leader brings the assignment, the others wait for it; it is on disk before anybody gets it.
/// v3 static members; v5 protocol type and name must match the group's (KIP-559).
/// </summary>
internal static class SyncGroup
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, SyncGroupRequest request)
    {
        if (!context.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return new SyncGroupResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed };
        }

        var result = context.Version >= 5 && (request.ProtocolType is null || request.ProtocolName is null)
            ? new SyncGroupResult(ErrorCode.InconsistentGroupProtocol)
            : await context.Broker.Groups.SyncAsync(
                request.GroupId,
                new GroupSync(
                    new MemberIdentity(request.MemberId, request.GroupInstanceId),
                    request.GenerationId,
                    request.ProtocolType,
                    request.ProtocolName,
                    // The group keeps the assignments longer than the request's buffer lives.
                    request.Assignments.ConvertAll(a => new KeyValuePair<string, ReadOnlyMemory<byte>>(a.MemberId, a.Assignment.ToArray()))),
                context.Released);
        return new SyncGroupResponse
        {
            ErrorCode = result.Error,
            ProtocolType = result.ProtocolType,
            ProtocolName = result.ProtocolName,
            Assignment = result.Assignment,
        };
    }
}
