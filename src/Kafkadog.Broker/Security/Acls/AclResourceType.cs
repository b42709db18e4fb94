namespace Kafkadog.Broker.Security.Acls;

/// <summary>What access is controlled to, by the numbers of the ACL APIs (those of the configuration APIs differ).</summary>
internal enum AclResourceType : sbyte
{
    Unknown = 0,

    /// <summary>In a filter: every type.</summary>
    Any = 1,
    Topic = 2,
    Group = 3,

    /// <summary>Has the one name <see cref="AclBinding.ClusterName"/>.</summary>
    Cluster = 4,
    TransactionalId = 5,
    DelegationToken = 6,
    User = 7,
}
