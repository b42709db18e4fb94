using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>What a configuration belongs to, by the wire numbers of the configuration APIs (those of ACLs differ).</summary>
internal static class ConfigResource
{
    public const sbyte Topic = 2, Broker = 4, BrokerLogger = 8, ClientMetrics = 16, Group = 32;

    /// <summary>The error of a client that may not do it; none for one that may, and for a type that has no access control.</summary>
    public static (ErrorCode Error, string? Message) Refusal(RequestContext context, AclOperation operation, sbyte type, string name) => type switch
    {
        Topic when !context.AllowsTopic(operation, name) => (ErrorCode.TopicAuthorizationFailed, "Topic authorization failed."),
        Group when !context.AllowsGroup(operation, name) => (ErrorCode.GroupAuthorizationFailed, "Group authorization failed."),
        Broker or BrokerLogger or ClientMetrics when !context.AllowsCluster(operation) => (ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed."),
        _ => (ErrorCode.None, null),
    };
}
