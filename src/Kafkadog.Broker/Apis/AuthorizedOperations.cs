using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Apis;

/// <summary>
/// Bit fields of the operations a client may do, by the numbers of <see cref="AclOperation"/> (KIP-430): those that make sense for the
/// resource, less those that access control forbids.
/// </summary>
internal static class AuthorizedOperations
{
    /// <summary>What is sent when the client did not ask.</summary>
    public const int NotAsked = int.MinValue;

    private const int Read = 1 << 3, Write = 1 << 4, Create = 1 << 5, Delete = 1 << 6, Alter = 1 << 7, Describe = 1 << 8,
        ClusterAction = 1 << 9, DescribeConfigs = 1 << 10, AlterConfigs = 1 << 11, IdempotentWrite = 1 << 12;

    public static int OnTopic(RequestContext context, string name) =>
        Of(context, Read | Write | Create | Delete | Alter | Describe | DescribeConfigs | AlterConfigs, AclResourceType.Topic, name);

    public static int OnGroup(RequestContext context, string name) =>
        Of(context, Read | Delete | Describe | DescribeConfigs | AlterConfigs, AclResourceType.Group, name);

    /// <summary>None at all for a client that may not describe the cluster.</summary>
    public static int OnCluster(RequestContext context) => context.AllowsCluster(AclOperation.Describe)
        ? Of(context, Create | Alter | Describe | ClusterAction | DescribeConfigs | AlterConfigs | IdempotentWrite, AclResourceType.Cluster, AclBinding.ClusterName)
        : 0;

    private static int Of(RequestContext context, int sensible, AclResourceType type, string name) =>
        context.Broker.Authorizer.Operations(context.Peer.Principal, context.Peer.Address, sensible, type, name);
}
