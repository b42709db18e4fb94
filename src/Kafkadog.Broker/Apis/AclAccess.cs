using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>What the APIs of access control lists have in common: who may use them at all.</summary>
internal static class AclAccess
{
    /// <summary>The error of a client that may not; none for one that may. Who is not allowed does not learn whether there is access control.</summary>
    public static (ErrorCode Error, string? Message) Refusal(RequestContext context, AclOperation operation) =>
        !context.AllowsCluster(operation) ? (ErrorCode.ClusterAuthorizationFailed, "Cluster authorization failed.")
        : !context.Broker.Authorizer.IsEnabled ? (ErrorCode.SecurityDisabled, "No Authorizer is configured.")
        : (ErrorCode.None, null);

    /// <summary>Apache Kafka takes a request with the number of no value for malformed, and closes the connection.</summary>
    /// <exception cref="ProtocolException">It has one.</exception>
    public static void RefuseUnknown(bool isUnknown)
    {
        if (isUnknown)
        {
            throw new ProtocolException("An access control list has a type, pattern, operation or permission of number 0.");
        }
    }
}
