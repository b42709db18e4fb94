using System.Net;

namespace Kafkadog.Broker.Security.Acls;

/// <summary>
/// Decides whether a client may do something, by Apache Kafka's rules: super users may; then a matching DENY forbids, a matching ALLOW
/// permits; then what <see cref="AuthorizationOptions.AllowEveryoneIfNoAclFound"/> says about a resource nobody has a list for; else not.
/// An ALLOW to read, write, delete or alter includes DESCRIBE, and one to alter configurations includes DESCRIBE_CONFIGS; a DENY includes nothing.
/// </summary>
internal sealed class Authorizer(AuthorizationOptions? options, AclStore acls)
{
    /// <summary>A name that stands for no topic in particular: Apache Kafka asks for the same, so that its defaults apply alike.</summary>
    private const string NoName = "hardcode";

    private readonly HashSet<string> _superUsers = new(options?.SuperUsers ?? [], StringComparer.Ordinal);

    /// <summary>Without it everything is allowed.</summary>
    public bool IsEnabled { get; } = options is not null;

    public AclStore Acls { get; } = acls;

    public bool Allows(KafkaPrincipal principal, IPAddress? address, AclOperation operation, AclResourceType type, string name)
    {
        if (options is null)
        {
            return true;
        }

        var who = principal.ToString();
        return _superUsers.Contains(who) || ListsAllow(who, address, operation, type, name);
    }

    /// <summary>Whether the client may do it to at least one resource of the type, existing or not (KIP-679).</summary>
    public bool AllowsAny(KafkaPrincipal principal, IPAddress? address, AclOperation operation, AclResourceType type)
    {
        // As Apache Kafka, which asks for a name that nobody has: super users and an open default pass at once.
        if (Allows(principal, address, operation, type, NoName))
        {
            return true;
        }

        var who = principal.ToString();
        var about = Acls.Index.Of(type)
            .Where(entry => entry.IsAbout(who, address) && (entry.Binding.Operation == operation || entry.Binding.Operation is AclOperation.All))
            .Select(entry => entry.Binding)
            .ToLookup(binding => binding.Permission);
        var denied = about[AclPermission.Deny].ToArray();

        // An ALLOW counts unless a DENY covers all that it allows.
        return about[AclPermission.Allow].Any(allow => !denied.Any(deny => CoversAll(deny, allow)));
    }

    /// <summary>Bit field of what the client may do to the resource, by the numbers of <see cref="AclOperation"/>.</summary>
    /// <param name="asked">The bits to decide.</param>
    public int Operations(KafkaPrincipal principal, IPAddress? address, int asked, AclResourceType type, string name)
    {
        if (!IsEnabled)
        {
            return asked;
        }

        var allowed = 0;
        foreach (var operation in Enum.GetValues<AclOperation>())
        {
            var bit = 1 << (int)operation;
            if ((asked & bit) != 0 && Allows(principal, address, operation, type, name))
            {
                allowed |= bit;
            }
        }

        return allowed;
    }

    private bool ListsAllow(string who, IPAddress? address, AclOperation operation, AclResourceType type, string name)
    {
        var (found, allowed, denied) = (false, false, false);
        Acls.Index.Visit(type, name, entries =>
        {
            found = true;
            foreach (var entry in entries)
            {
                if (entry.IsAbout(who, address) && Includes(entry.Binding, operation))
                {
                    denied |= entry.Binding.Permission is AclPermission.Deny;
                    allowed = true;
                }
            }

            return !denied;
        });
        return !denied && (allowed || (!found && options!.AllowEveryoneIfNoAclFound));
    }

    private static bool Includes(AclBinding acl, AclOperation operation) =>
        acl.Operation == operation
        || acl.Operation is AclOperation.All
        || (acl.Permission is AclPermission.Allow && operation switch
        {
            AclOperation.Describe => acl.Operation is AclOperation.Read or AclOperation.Write or AclOperation.Delete or AclOperation.Alter,
            AclOperation.DescribeConfigs => acl.Operation is AclOperation.AlterConfigs,
            _ => false,
        });

    private static bool CoversAll(AclBinding deny, AclBinding allow) => (deny.PatternType, allow.PatternType) switch
    {
        (AclPatternType.Literal, _) when deny.ResourceName == AclBinding.Wildcard => true,
        (AclPatternType.Literal, AclPatternType.Literal) => deny.ResourceName == allow.ResourceName,
        (AclPatternType.Literal, _) => false,
        _ => allow.ResourceName != AclBinding.Wildcard && allow.ResourceName.StartsWith(deny.ResourceName, StringComparison.Ordinal),
    };
}
