using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Access control lists: created, described by every kind of filter, deleted, and refused.</summary>
public sealed class AclDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    private const sbyte Any = 1, Match = 2, Literal = 3, Prefixed = 4, Topic = 2, Read = 3, Allow = 3;

    [Theory, Versions("CreateAcls")]
    public Task Entry_is_created_described_and_deleted(short version) => CompareAsync(async kafka =>
    {
        await CreateAsync(kafka, version, Acl(kafka.Name("a")), Acl(kafka.Name("a")), Acl(kafka.Name("a"), principal: "User:y", host: "10.0.0.1"), Acl(kafka.Name(), pattern: Prefixed));
        await UntilAsync(kafka, version, Filter(kafka.Name("a")), entries: 2);
        await UntilAsync(kafka, version, Filter(kafka.Name(), pattern: Match), entries: 1);
        await DeleteAsync(kafka, version, Filter(kafka.Name("a")), Filter(kafka.Name(), pattern: Prefixed), Filter(kafka.Name("none")));
        await UntilAsync(kafka, version, Filter(kafka.Name(), pattern: Any), entries: 0);
        await DeleteAsync(kafka, version, Filter(kafka.Name("a")));
        await DeleteAsync(kafka, version);
        await CreateAsync(kafka, version);
    });

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public Task Every_operation_on_a_resource(sbyte type) => CompareAsync(async kafka =>
    {
        var name = type == 4 ? "kafka-cluster" : kafka.Name();
        var principal = $"User:{kafka.Name("u")}";
        for (sbyte operation = 2; operation <= 15; operation++)
        {
            await CreateAsync(kafka, 3, Acl(name, type: type, operation: operation, principal: principal));
        }

        var own = new DescribeAclsRequest { ResourceTypeFilter = type, PatternTypeFilter = Any, PrincipalFilter = principal, Operation = Any, PermissionType = Any };
        var all = await kafka.TellUntilAsync<DescribeAclsResponse>(3, own, answer => answer.Resources.Sum(one => one.Acls.Count) >= Created(kafka));
        kafka.Note("entries", all.Resources, anyOrder: true);
        await kafka.AskAsync<DeleteAclsResponse>(3, new DeleteAclsRequest { Filters = [new() { ResourceTypeFilter = type, PatternTypeFilter = Any, PrincipalFilter = principal, Operation = Any, PermissionType = Any }] }, anyOrder: true);
    });

    [Theory]
    [InlineData(99, "x", 3, "User:x", "*", 3, 3)]
    [InlineData(2, "", 3, "User:x", "*", 3, 3)]
    [InlineData(2, "x", 99, "User:x", "*", 3, 3)]
    [InlineData(2, "x", 3, "x", "*", 3, 3)]
    [InlineData(2, "x", 3, "", "*", 3, 3)]
    [InlineData(2, "x", 3, ":", "*", 3, 3)]
    [InlineData(2, "x", 3, "User:", "*", 3, 3)]
    [InlineData(2, "x", 3, "Group:x", "*", 3, 3)]
    [InlineData(2, "x", 3, "User:x", "", 3, 3)]
    [InlineData(2, "x", 3, "User:x", "not an address", 3, 3)]
    [InlineData(2, "x", 3, "User:x", "*", 99, 3)]
    [InlineData(2, "x", 3, "User:x", "*", 3, 99)]
    [InlineData(2, "not/legal", 3, "User:x", "*", 3, 3)]
    [InlineData(2, "*", 3, "User:x", "*", 3, 2)]
    [InlineData(2, "*", 4, "User:x", "*", 3, 2)]
    [InlineData(4, "wrong", 3, "User:x", "*", 3, 3)]
    [InlineData(4, "kafka-cluster", 4, "User:x", "*", 3, 3)]
    [InlineData(1, "x", 3, "User:x", "*", 3, 3)]
    [InlineData(2, "x", 1, "User:x", "*", 3, 3)]
    [InlineData(2, "x", 2, "User:x", "*", 3, 3)]
    [InlineData(2, "x", 3, "User:x", "*", 1, 3)]
    [InlineData(2, "x", 3, "User:x", "*", 3, 1)]
    public Task Entry_is_checked(sbyte type, string name, sbyte pattern, string principal, string host, sbyte operation, sbyte permission) => CompareAsync(async kafka =>
    {
        await CreateAsync(kafka, 3, new CreateAclsRequestCreation
        {
            ResourceType = type,
            ResourceName = name == "x" ? kafka.Name() : name,
            ResourcePatternType = pattern,
            Principal = principal,
            Host = host,
            Operation = operation,
            PermissionType = permission,
        });
        await kafka.TellAsync<DeleteAclsResponse>(3, new DeleteAclsRequest
        {
            Filters = [new() { ResourceTypeFilter = Any, PatternTypeFilter = Any, ResourceNameFilter = name == "x" ? kafka.Name() : name, PrincipalFilter = "User:x", Operation = Any, PermissionType = Any }],
        });
    });

    [Theory]
    [InlineData(99, 1, 1, 1)]
    [InlineData(1, 99, 1, 1)]
    [InlineData(1, 1, 99, 1)]
    [InlineData(1, 1, 1, 99)]
    [InlineData(4, 1, 1, 1)]
    [InlineData(2, 4, 3, 2)]
    public Task Filter_of_every_kind(sbyte type, sbyte pattern, sbyte operation, sbyte permission) => CompareAsync(async kafka =>
    {
        foreach (var name in (string?[])[kafka.Name(), ""])
        {
            await kafka.AskAsync<DescribeAclsResponse>(3, new DescribeAclsRequest
            {
                ResourceTypeFilter = type, ResourceNameFilter = name, PatternTypeFilter = pattern, Operation = operation, PermissionType = permission,
            });
            await kafka.AskAsync<DeleteAclsResponse>(3, new DeleteAclsRequest
            {
                Filters = [new() { ResourceTypeFilter = type, ResourceNameFilter = name, PatternTypeFilter = pattern, Operation = operation, PermissionType = permission }],
            });
        }
    });

    [Theory]
    [InlineData(0, 3, 3, 3)]
    [InlineData(2, 0, 3, 3)]
    [InlineData(2, 3, 0, 3)]
    [InlineData(2, 3, 3, 0)]
    public Task Value_zero(sbyte type, sbyte pattern, sbyte operation, sbyte permission) => CompareAsync(async kafka =>
        await CreateAsync(kafka, 3, new CreateAclsRequestCreation
        {
            ResourceType = type, ResourceName = kafka.Name(), ResourcePatternType = pattern, Principal = "User:x", Host = "*", Operation = operation, PermissionType = permission,
        }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task Pattern_in_versions(short version) => CompareAsync(async kafka =>
        await CreateAsync(kafka, version, Acl(kafka.Name(), pattern: 99), Acl(kafka.Name(), type: 7), Acl(kafka.Name())));

    /// <summary>How many of the entries that were asked for were taken.</summary>
    private static int Created(Conversation kafka) =>
        kafka.Transcript.Count(step => step.Answer?["Results"] is System.Text.Json.Nodes.JsonArray { Count: 1 } results && results[0]!["ErrorCode"]!.GetValue<string>() == "None");

    private static CreateAclsRequestCreation Acl(
        string name, sbyte pattern = Literal, string principal = "User:x", string host = "*", sbyte type = Topic, sbyte operation = Read) =>
        new() { ResourceType = type, ResourceName = name, ResourcePatternType = pattern, Principal = principal, Host = host, Operation = operation, PermissionType = Allow };

    private static DescribeAclsRequest Filter(string name, sbyte pattern = Literal) =>
        new() { ResourceTypeFilter = Topic, ResourceNameFilter = name, PatternTypeFilter = pattern, Operation = Any, PermissionType = Any };

    private static Task CreateAsync(Conversation kafka, short version, params CreateAclsRequestCreation[] acls) =>
        kafka.AskAsync<CreateAclsResponse>(version, new CreateAclsRequest { Creations = [.. acls] });

    /// <summary>Apache Kafka answers before its authorizer has heard of a change.</summary>
    private static Task UntilAsync(Conversation kafka, short version, DescribeAclsRequest filter, int entries) =>
        kafka.AskUntilAsync<DescribeAclsResponse>(version, filter, answer => answer.Resources.Sum(one => one.Acls.Count) == entries, anyOrder: true);

    private static Task DeleteAsync(Conversation kafka, short version, params DescribeAclsRequest[] filters) => kafka.AskAsync<DeleteAclsResponse>(
        version,
        new DeleteAclsRequest
        {
            Filters = [.. filters.Select(filter => new DeleteAclsRequestFilter
            {
                ResourceTypeFilter = filter.ResourceTypeFilter, ResourceNameFilter = filter.ResourceNameFilter, PatternTypeFilter = filter.PatternTypeFilter, Operation = Any, PermissionType = Any,
            })],
        },
        anyOrder: true);
}
