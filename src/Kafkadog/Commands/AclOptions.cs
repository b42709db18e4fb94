using System.CommandLine;
using Confluent.Kafka.Admin;

namespace Kafkadog.Commands;

/// <summary>The options of <c>kafkadog acls</c>, with Apache Kafka's names and defaults, and the entries or filters they mean.</summary>
internal sealed class AclOptions
{
    /// <summary>The name that stands for the cluster itself.</summary>
    private const string Cluster = "kafka-cluster";

    private const string Wildcard = "*";

    // Confluent.Kafka names only the first; librdkafka takes Kafka's own number of the other.
    private const ResourceType TransactionalId = (ResourceType)5;

    private readonly Option<string[]> topics = Many("--topic", "TOPIC");
    private readonly Option<string[]> groups = Many("--group", "GROUP");
    private readonly Option<string[]> transactionalIds = Many("--transactional-id", "ID");
    private readonly Option<bool> cluster = new("--cluster") { Description = "The cluster itself" };
    private readonly Option<string> pattern = new("--resource-pattern-type")
    {
        Description = "literal or prefixed; match and any to look for entries", DefaultValueFactory = _ => "literal",
    };

    private readonly Option<string[]> allowed = Many("--allow-principal", "User:NAME");
    private readonly Option<string[]> denied = Many("--deny-principal", "User:NAME");
    private readonly Option<string[]> allowedHosts = Many("--allow-host", "ADDRESS");
    private readonly Option<string[]> deniedHosts = Many("--deny-host", "ADDRESS");
    private readonly Option<string[]> principals = Many("--principal", "User:NAME");
    private readonly Option<string[]> operations = Many("--operation", "NAME");
    private readonly Option<bool> producer = new("--producer") { Description = "What a producer needs: write, describe and create on the topic" };
    private readonly Option<bool> consumer = new("--consumer") { Description = "What a consumer needs: read and describe on the topic, read on the group" };
    private readonly Option<bool> idempotent = new("--idempotent") { Description = "With --producer: an idempotent write on the cluster as well" };

    public IReadOnlyList<Option> OfBindings =>
        [topics, groups, transactionalIds, cluster, pattern, allowed, denied, allowedHosts, deniedHosts, operations, producer, consumer, idempotent];

    public IReadOnlyList<Option> OfFilters => [topics, groups, transactionalIds, cluster, pattern, principals, allowed, denied, operations];

    public static string NameOf(ResourceType type) => type switch
    {
        ResourceType.Broker => "cluster",
        TransactionalId => "transactional-id",
        _ => type.ToString().ToLowerInvariant(),
    };

    /// <summary>The entries to make.</summary>
    /// <exception cref="CommandFailure">Nobody is allowed or denied anything, or nothing is named.</exception>
    public IReadOnlyList<AclBinding> Bindings(ParseResult parsed)
    {
        var patternType = PatternType(parsed);
        var grants = Grants(parsed).ToList();
        var who = Principals(parsed, allowed, allowedHosts, AclPermissionType.Allow).Concat(Principals(parsed, denied, deniedHosts, AclPermissionType.Deny)).ToList();
        if (who.Count == 0)
        {
            throw new CommandFailure(ExitCodes.Usage, "nobody is named", "say --allow-principal User:NAME or --deny-principal User:NAME");
        }

        return grants.Count == 0
            ? throw Nothing()
            :
            [
                .. from grant in grants.Distinct()
                   from entry in who
                   select new AclBinding
                   {
                       Pattern = new ResourcePattern { Type = grant.Type, Name = grant.Name, ResourcePatternType = grant.Type is ResourceType.Broker ? ResourcePatternType.Literal : patternType },
                       Entry = new AccessControlEntry { Principal = entry.Principal, Host = entry.Host, Operation = grant.Operation, PermissionType = entry.Permission },
                   },
            ];
    }

    /// <summary>What to list or remove: one filter for each resource and principal that is named, else all.</summary>
    public IReadOnlyList<AclBindingFilter> Filters(ParseResult parsed)
    {
        var resources = Resources(parsed).Select(r => (Filter: (ResourceType?)r.Type, r.Name)).DefaultIfEmpty((null, null!)).ToList();
        var who = (parsed.GetValue(principals) ?? []).Select(p => (Principal: (string?)p, Permission: AclPermissionType.Any))
            .Concat((parsed.GetValue(allowed) ?? []).Select(p => (Principal: (string?)p, Permission: AclPermissionType.Allow)))
            .Concat((parsed.GetValue(denied) ?? []).Select(p => (Principal: (string?)p, Permission: AclPermissionType.Deny)))
            .DefaultIfEmpty((Principal: null, Permission: AclPermissionType.Any)).ToList();
        var what = (parsed.GetValue(operations) ?? []).Select(Operation).DefaultIfEmpty(AclOperation.Any).ToList();
        return
        [
            .. from resource in resources
               from entry in who
               from operation in what
               select new AclBindingFilter
               {
                   PatternFilter = new ResourcePatternFilter
                   {
                       Type = resource.Filter ?? ResourceType.Any,
                       Name = resource.Filter is null ? null : resource.Name,
                       ResourcePatternType = resource.Filter is null ? ResourcePatternType.Any : PatternType(parsed),
                   },
                   EntryFilter = new AccessControlEntryFilter { Principal = entry.Principal, Operation = operation, PermissionType = entry.Permission },
               },
        ];
    }

    private IEnumerable<(ResourceType Type, string Name, AclOperation Operation)> Grants(ParseResult parsed)
    {
        var (isProducer, isConsumer) = (parsed.GetValue(producer), parsed.GetValue(consumer));
        if (isConsumer && (Named(parsed, topics).Length == 0 || Named(parsed, groups).Length == 0))
        {
            throw new CommandFailure(ExitCodes.Usage, "a consumer needs a topic and a group", "say --topic TOPIC and --group GROUP");
        }

        if (isProducer && Named(parsed, topics).Length == 0)
        {
            throw new CommandFailure(ExitCodes.Usage, "a producer needs a topic", "say --topic TOPIC");
        }

        foreach (var (type, name) in Resources(parsed))
        {
            AclOperation[] given = (parsed.GetValue(operations) ?? []) is { Length: > 0 } named ? [.. named.Select(Operation)]
                : isProducer || isConsumer ? [] : [AclOperation.All];
            AclOperation[] ofProducer = !isProducer ? [] : type switch
            {
                ResourceType.Topic => [AclOperation.Write, AclOperation.Describe, AclOperation.Create],
                TransactionalId => [AclOperation.Write, AclOperation.Describe],
                _ => [],
            };
            AclOperation[] ofConsumer = !isConsumer ? [] : type switch
            {
                ResourceType.Topic => [AclOperation.Read, AclOperation.Describe],
                ResourceType.Group => [AclOperation.Read],
                _ => [],
            };
            foreach (var operation in given.Concat(ofProducer).Concat(ofConsumer))
            {
                yield return (type, name, operation);
            }
        }

        if (isProducer && parsed.GetValue(idempotent))
        {
            yield return (ResourceType.Broker, Cluster, AclOperation.IdempotentWrite);
        }
    }

    private IEnumerable<(ResourceType Type, string Name)> Resources(ParseResult parsed) =>
    [
        .. Named(parsed, topics).Select(name => (ResourceType.Topic, name)),
        .. Named(parsed, groups).Select(name => (ResourceType.Group, name)),
        .. Named(parsed, transactionalIds).Select(name => (TransactionalId, name)),
        .. parsed.GetValue(cluster) ? [(ResourceType.Broker, Cluster)] : Array.Empty<(ResourceType, string)>(),
    ];

    private static string[] Named(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];

    private static IEnumerable<(string Principal, string Host, AclPermissionType Permission)> Principals(
        ParseResult parsed, Option<string[]> who, Option<string[]> hosts, AclPermissionType permission) =>
        from principal in Named(parsed, who)
        from host in Named(parsed, hosts) is { Length: > 0 } named ? named : [Wildcard]
        select (Principal(principal), host, permission);

    private static string Principal(string text) => text.Contains(':', StringComparison.Ordinal)
        ? text
        : throw new CommandFailure(ExitCodes.Usage, $"'{Terminal.Printable(text)}' is not a principal", "write its type first, for example User:alice");

    private ResourcePatternType PatternType(ParseResult parsed) => Choose<ResourcePatternType>(parsed.GetValue(pattern)!, "pattern type", "literal, prefixed, match or any");

    private static AclOperation Operation(string name) => Choose<AclOperation>(name, "operation", "read, write, create, delete, alter, describe, clusterAction, describeConfigs, alterConfigs, idempotentWrite or all");

    private static T Choose<T>(string text, string what, string known)
        where T : struct, Enum =>
        Enum.TryParse<T>(text.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value) && !int.TryParse(text, out _)
            ? value
            : throw new CommandFailure(ExitCodes.Usage, $"there is no {what} '{Terminal.Printable(text)}'", $"it is {known}");

    private static CommandFailure Nothing() =>
        new(ExitCodes.Usage, "no resource is named", "say --topic, --group, --transactional-id or --cluster");

    private static Option<string[]> Many(string name, string helpName) => new(name) { Description = "Repeat it for more", HelpName = helpName };
}
