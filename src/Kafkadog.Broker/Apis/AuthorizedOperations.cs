namespace Kafkadog.Broker.Apis;

/// <summary>
/// Bit fields of the operations a client may do, by the numbers of Kafka's AclOperation. There is no authorizer, so it is all that
/// make sense for the resource, as Apache Kafka answers without one.
/// </summary>
internal static class AuthorizedOperations
{
    /// <summary>What is sent when the client did not ask.</summary>
    public const int NotAsked = int.MinValue;

    private const int Read = 1 << 3, Write = 1 << 4, Create = 1 << 5, Delete = 1 << 6, Alter = 1 << 7, Describe = 1 << 8,
        ClusterAction = 1 << 9, DescribeConfigs = 1 << 10, AlterConfigs = 1 << 11, IdempotentWrite = 1 << 12;

    public const int OnTopic = Read | Write | Create | Delete | Alter | Describe | DescribeConfigs | AlterConfigs;

    public const int OnGroup = Read | Delete | Describe | DescribeConfigs | AlterConfigs;

    public const int OnCluster = Create | Alter | Describe | ClusterAction | DescribeConfigs | AlterConfigs | IdempotentWrite;
}
