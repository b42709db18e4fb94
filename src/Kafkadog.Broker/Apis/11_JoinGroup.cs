using Kafkadog.Broker.Coordination.Groups;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// JoinGroup, versions 0 to 9: a member comes in or comes back; parked until the generation begins. v0 has no rebalance timeout and uses the
/// session timeout; v4 tells a newcomer its id first (KIP-394); v5 static members (KIP-345); v7 protocol type; v9 skip assignment (KIP-814).
/// </summary>
internal static class JoinGroup
{
    public static async ValueTask<IMessage?> HandleAsync(RequestContext context, JoinGroupRequest request)
    {
        if (!context.AllowsGroup(AclOperation.Read, request.GroupId))
        {
            return new JoinGroupResponse { ErrorCode = ErrorCode.GroupAuthorizationFailed, GenerationId = -1, ProtocolName = context.Version < 7 ? "" : null };
        }

        var result = await context.Broker.Groups.JoinAsync(
            request.GroupId,
            new GroupJoin
            {
                MemberId = request.MemberId,
                InstanceId = request.GroupInstanceId,
                ClientId = context.ClientId,
                ClientHost = context.ClientHost,
                SessionTimeoutMs = request.SessionTimeoutMs,
                RebalanceTimeoutMs = context.Version >= 1 ? request.RebalanceTimeoutMs : request.SessionTimeoutMs,
                ProtocolType = request.ProtocolType,
                // The group keeps the metadata longer than the request's buffer lives.
                Protocols = request.Protocols.ConvertAll(p => new MemberProtocol(p.Name, p.Metadata.ToArray())),
                RequiresKnownMemberId = context.Version >= 4,
                SupportsSkippingAssignment = context.Version >= 9,
            },
            context.Released);
        return new JoinGroupResponse
        {
            ErrorCode = result.Error,
            GenerationId = result.Generation,
            ProtocolType = result.ProtocolType,
            // Before v7 the name must not be null; null is how v7 says that there is none.
            ProtocolName = result.ProtocolName ?? (context.Version < 7 ? "" : null),
            Leader = result.Leader,
            SkipAssignment = result.SkipAssignment,
            MemberId = result.MemberId,
            Members = [.. result.Members.Select(m => new JoinGroupResponseMember { MemberId = m.MemberId, GroupInstanceId = m.InstanceId, Metadata = m.Metadata })],
        };
    }
}
