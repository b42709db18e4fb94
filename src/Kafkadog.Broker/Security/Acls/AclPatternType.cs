namespace Kafkadog.Broker.Security.Acls;

/// <summary>How the name of a resource is meant, by the numbers of the protocol (KIP-290).</summary>
internal enum AclPatternType : sbyte
{
    Unknown = 0,

    /// <summary>In a filter: every pattern of exactly that name.</summary>
    Any = 1,

    /// <summary>In a filter: every pattern that the named resource falls under.</summary>
    Match = 2,

    /// <summary>The name itself; <c>*</c> for every name.</summary>
    Literal = 3,

    /// <summary>Every name that starts so.</summary>
    Prefixed = 4,
}
