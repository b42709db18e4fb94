namespace Kafkadog.Broker.Security.Acls;

/// <summary>What somebody wants to do, by the numbers of the protocol.</summary>
internal enum AclOperation : sbyte
{
    Unknown = 0,

    /// <summary>In a filter: every operation.</summary>
    Any = 1,

    /// <summary>In an entry: every operation.</summary>
    All = 2,
    Read = 3,
    Write = 4,
    Create = 5,
    Delete = 6,
    Alter = 7,
    Describe = 8,
    ClusterAction = 9,
    DescribeConfigs = 10,
    AlterConfigs = 11,
    IdempotentWrite = 12,
    CreateTokens = 13,
    DescribeTokens = 14,
    TwoPhaseCommit = 15,
}
