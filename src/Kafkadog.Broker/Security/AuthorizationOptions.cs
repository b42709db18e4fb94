namespace Kafkadog.Broker.Security;

/// <summary>Turns on access control. Without it every client may do everything, and the ACL APIs answer SECURITY_DISABLED, as in Apache Kafka.</summary>
public sealed record AuthorizationOptions
{
    /// <summary>
    /// Kafka's <c>super.users</c>: principals that may do everything whatever the lists say, such as <c>User:admin</c>. A client on a
    /// listener without authentication is <c>User:ANONYMOUS</c>; one with a TLS certificate is <c>User:</c> with its subject.
    /// </summary>
    public IReadOnlyList<string> SuperUsers { get; init; } = [];

    /// <summary>Kafka's <c>allow.everyone.if.no.acl.found</c>: a resource without any list is open to all.</summary>
    public bool AllowEveryoneIfNoAclFound { get; init; }
}
