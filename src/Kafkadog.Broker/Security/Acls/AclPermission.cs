namespace Kafkadog.Broker.Security.Acls;

/// <summary>By the numbers of the protocol.</summary>
internal enum AclPermission : sbyte
{
    Unknown = 0,

    /// <summary>In a filter: both.</summary>
    Any = 1,
    Deny = 2,
    Allow = 3,
}
