using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>The APIs that administer access control lists and SCRAM users, field by field.</summary>
public abstract class AclConformance(SecureTarget target)
{
    private const sbyte Any = 1, Match = 2, Literal = 3, Prefixed = 4, Topic = 2, Cluster = 4, Read = 3, Allow = 3;
    private const string Twice = "A user credential cannot be altered twice in the same request";

    private readonly string _name = $"acl-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_are_created_found_by_every_kind_of_filter_and_deleted()
    {
        using var client = await ConnectAsync();
        var created = await CreateAsync(client, Acl(_name), Acl(_name), Acl(_name[..^1], pattern: Prefixed), Acl(_name, principal: ":x", host: "not an address"));
        Assert.Equal([(ErrorCode.None, ""), (ErrorCode.None, ""), (ErrorCode.None, ""), (ErrorCode.None, "")], created);

        await Eventually.EqualAsync(3, () => CountAsync(client, _name, Match));
        Assert.Equal(2, await CountAsync(client, _name, Literal));
        Assert.Equal(0, await CountAsync(client, _name, Prefixed));
        Assert.Equal(1, await CountAsync(client, _name[..^1], Prefixed));
        Assert.Equal(2, await CountAsync(client, _name, Any));
        Assert.Equal(3, await CountAsync(client, _name, Match));
        Assert.Equal(1, await CountAsync(client, _name[..^1], Match));
        Assert.Equal(1, await CountAsync(client, _name, Any, principal: ":x"));
        Assert.Equal(0, await CountAsync(client, _name, Any, host: "10.0.0.1"));
        Assert.Equal(0, await CountAsync(client, "", Any));

        // A value that only a later version may know matches nothing.
        Assert.Equal(0, await CountAsync(client, _name, 99));

        var deleted = await client.AskAsync<DeleteAclsResponse>(
            ApiSchemas.DeleteAcls, 3, new DeleteAclsRequest { Filters = [Filter(_name, Match), Filter(_name, Literal), Filter("none", Literal)] }, Cancel);
        Assert.Equal([3, 2, 0], deleted.FilterResults.Select(result => result.MatchingAcls.Count));
        Assert.All(deleted.FilterResults, result => Assert.Equal((ErrorCode.None, null), (result.ErrorCode, result.ErrorMessage)));
        Assert.All(deleted.FilterResults[0].MatchingAcls, acl => Assert.Equal((ErrorCode.None, null), (acl.ErrorCode, acl.ErrorMessage)));
        await Eventually.EqualAsync(0, () => CountAsync(client, _name, Match));
    }

    [Theory]
    [InlineData(99, "x", 3, "User:x", 3, 3, "Invalid resourceType UNKNOWN")]
    [InlineData(2, "", 3, "User:x", 3, 3, "Invalid empty resource name")]
    [InlineData(2, "x", 99, "User:x", 3, 3, "Invalid patternType UNKNOWN")]
    [InlineData(2, "x", 3, "x", 3, 3, "Could not parse principal from `x` (no colon is present separating the principal type from the principal name)")]
    [InlineData(2, "x", 3, "User:x", 99, 3, "Invalid operation UNKNOWN")]
    [InlineData(2, "x", 3, "User:x", 3, 99, "Invalid permissionType UNKNOWN")]
    [InlineData(4, "wrong", 3, "User:x", 3, 3, "The only valid name for the CLUSTER resource is kafka-cluster")]
    public async Task Entry_that_cannot_be_is_refused_in_these_words_and_the_others_added(sbyte type, string name, sbyte pattern, string principal, sbyte operation, sbyte permission, string message)
    {
        using var client = await ConnectAsync();
        var wrong = new CreateAclsRequestCreation
        {
            ResourceType = type, ResourceName = name, ResourcePatternType = pattern, Principal = principal, Host = "*", Operation = operation, PermissionType = permission,
        };
        Assert.Equal([(ErrorCode.InvalidRequest, message), (ErrorCode.None, "")], await CreateAsync(client, wrong, Acl(_name)));
        await Eventually.EqualAsync(1, () => CountAsync(client, _name, Literal));
        await DeleteAsync(client, _name);
    }

    [Theory]
    [InlineData(1, 3, 3, 3)]
    [InlineData(2, 1, 3, 3)]
    [InlineData(2, 2, 3, 3)]
    [InlineData(2, 3, 1, 3)]
    [InlineData(2, 3, 3, 1)]
    public async Task Value_that_only_a_filter_may_have_fails_the_whole_request(sbyte type, sbyte pattern, sbyte operation, sbyte permission)
    {
        using var client = await ConnectAsync();
        var wrong = new CreateAclsRequestCreation
        {
            ResourceType = type, ResourceName = _name, ResourcePatternType = pattern, Principal = "User:x", Host = "*", Operation = operation, PermissionType = permission,
        };
        Assert.Equal([(ErrorCode.UnknownServerError, null), (ErrorCode.UnknownServerError, null)], await CreateAsync(client, Acl(_name), wrong));
        Assert.Equal(0, await CountAsync(client, _name, Any));
    }

    [Fact]
    public async Task Value_zero_closes_the_connection()
    {
        foreach (var (api, request) in ((ApiSchema, IMessage)[])
        [
            (ApiSchemas.CreateAcls, new CreateAclsRequest { Creations = [Acl(_name, pattern: 0)] }),
            (ApiSchemas.DescribeAcls, new DescribeAclsRequest { ResourceTypeFilter = Any, PatternTypeFilter = 0, Operation = Any, PermissionType = Any }),
            (ApiSchemas.DeleteAcls, new DeleteAclsRequest { Filters = [Filter(_name, 0)] }),
        ])
        {
            using var client = await ConnectAsync();
            await client.SendAsync(WireClient.Frame(api, 3, 1, request), Cancel);
            Assert.Null(await client.ReceiveAsync(Cancel));
        }
    }

    [Fact]
    public async Task Scram_user_is_made_described_logs_in_and_goes()
    {
        using var client = await ConnectAsync();
        var salt = new byte[] { 1, 2, 3, 4 };
        foreach (var (number, hash, mechanism) in ((sbyte, System.Security.Cryptography.HashAlgorithmName, string)[])
            [(1, System.Security.Cryptography.HashAlgorithmName.SHA256, "SCRAM-SHA-256"), (2, System.Security.Cryptography.HashAlgorithmName.SHA512, "SCRAM-SHA-512")])
        {
            var salted = System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2("pass,word=", salt, 5000, hash, number == 1 ? 32 : 64);
            var made = new AlterUserScramCredentialsRequestUpsertion { Name = $"{_name},=", Mechanism = number, Iterations = 5000, Salt = salt, SaltedPassword = salted };
            Assert.Equal([($"{_name},=", ErrorCode.None, null)], await AlterAsync(client, new() { Upsertions = [made] }));
            await Eventually.EqualAsync(ErrorCode.None, async () =>
            {
                using var user = await WireClient.ConnectAsync(target.SaslPort, Cancel);
                await user.HandshakeAsync(mechanism, Cancel);
                return (await user.ScramAsync(hash, $"{_name},=", "pass,word=", Cancel)).ErrorCode;
            });
        }

        var described = await DescribeAsync(client, $"{_name},=", "nobody");
        Assert.Equal(
            [($"{_name},=", ErrorCode.None, "", "1:5000 2:5000"), ("nobody", ErrorCode.ResourceNotFound, "Attempt to describe a user credential that does not exist: nobody", "")],
            described);
        Assert.Equal([(_name, ErrorCode.DuplicateResource, $"Cannot describe SCRAM credentials for the same user twice in a single request: {_name}", "")], await DescribeAsync(client, _name, _name));
        Assert.Contains((await DescribeAsync(client)), one => one.Item1 == $"{_name},=");

        foreach (var number in (sbyte[])[1, 2])
        {
            Assert.Equal([($"{_name},=", ErrorCode.None, null)], await AlterAsync(client, Deletion($"{_name},=", number)));
        }

        Assert.Equal([($"{_name},=", ErrorCode.ResourceNotFound, "Attempt to delete a user credential that does not exist")], await AlterAsync(client, Deletion($"{_name},=", 1)));
    }

    [Theory]
    [InlineData("x", 1, 4095, 93, "Too few iterations")]
    [InlineData("x", 1, 16_385, 93, "Too many iterations")]
    [InlineData("x", 0, 4096, 33, "Unknown SCRAM mechanism")]
    [InlineData("x", 3, 4096, 33, "Unknown SCRAM mechanism")]
    [InlineData("", 1, 4096, 93, "Username must not be empty")]
    public async Task Scram_user_that_cannot_be_is_refused_in_these_words(string user, sbyte mechanism, int iterations, short error, string message)
    {
        using var client = await ConnectAsync();
        Assert.Equal([(user, (ErrorCode)error, message)], await AlterAsync(client, new() { Upsertions = [Upsertion(user, mechanism, iterations)] }));
    }

    [Fact]
    public async Task Scram_user_is_altered_once_in_a_request()
    {
        using var client = await ConnectAsync();
        Assert.Equal([("x", ErrorCode.DuplicateResource, Twice)], await AlterAsync(client, new() { Upsertions = [Upsertion("x", 1), Upsertion("x", 2)] }));

        // The first error of a user stays.
        Assert.Equal(ErrorCode.ResourceNotFound, Assert.Single(await AlterAsync(client, new() { Upsertions = [Upsertion("x", 1)], Deletions = [new() { Name = "x", Mechanism = 1 }] })).Item2);
        Assert.Equal(ErrorCode.ResourceNotFound, Assert.Single(await DescribeAsync(client, "x")).Item2);
    }

    private static CreateAclsRequestCreation Acl(string name, sbyte pattern = Literal, string principal = "User:x", string host = "*") =>
        new() { ResourceType = Topic, ResourceName = name, ResourcePatternType = pattern, Principal = principal, Host = host, Operation = Read, PermissionType = Allow };

    private static DeleteAclsRequestFilter Filter(string name, sbyte pattern) =>
        new() { ResourceTypeFilter = Topic, ResourceNameFilter = name, PatternTypeFilter = pattern, Operation = Any, PermissionType = Any };

    private static AlterUserScramCredentialsRequestUpsertion Upsertion(string user, sbyte mechanism, int iterations = 4096) =>
        new() { Name = user, Mechanism = mechanism, Iterations = iterations, Salt = new byte[] { 1 }, SaltedPassword = new byte[] { 2 } };

    private static AlterUserScramCredentialsRequest Deletion(string user, sbyte mechanism) => new() { Deletions = [new() { Name = user, Mechanism = mechanism }] };

    private static async Task<IEnumerable<(ErrorCode, string?)>> CreateAsync(WireClient client, params CreateAclsRequestCreation[] acls)
    {
        var response = await client.AskAsync<CreateAclsResponse>(ApiSchemas.CreateAcls, 3, new CreateAclsRequest { Creations = [.. acls] }, Cancel);
        return response.Results.Select(result => (result.ErrorCode, result.ErrorMessage));
    }

    private static Task DeleteAsync(WireClient client, string name) =>
        client.AskAsync<DeleteAclsResponse>(ApiSchemas.DeleteAcls, 3, new DeleteAclsRequest { Filters = [Filter(name, Match)] }, Cancel);

    private static async Task<int> CountAsync(WireClient client, string name, sbyte pattern, string? principal = null, string? host = null)
    {
        var request = new DescribeAclsRequest
        {
            ResourceTypeFilter = Topic, ResourceNameFilter = name, PatternTypeFilter = pattern, PrincipalFilter = principal, HostFilter = host, Operation = Any, PermissionType = Any,
        };
        var response = await client.AskAsync<DescribeAclsResponse>(ApiSchemas.DescribeAcls, 3, request, Cancel);
        Assert.Equal((ErrorCode.None, ""), (response.ErrorCode, response.ErrorMessage));
        return response.Resources.Sum(resource => resource.Acls.Count);
    }

    private static async Task<IEnumerable<(string, ErrorCode, string?)>> AlterAsync(WireClient client, AlterUserScramCredentialsRequest request)
    {
        var response = await client.AskAsync<AlterUserScramCredentialsResponse>(ApiSchemas.AlterUserScramCredentials, 0, request, Cancel);
        return response.Results.Select(result => (result.User, result.ErrorCode, result.ErrorMessage));
    }

    private static async Task<IEnumerable<(string, ErrorCode, string?, string)>> DescribeAsync(WireClient client, params string[] users)
    {
        var request = new DescribeUserScramCredentialsRequest { Users = [.. users.Select(user => new DescribeUserScramCredentialsRequestUser { Name = user })] };
        var response = await client.AskAsync<DescribeUserScramCredentialsResponse>(ApiSchemas.DescribeUserScramCredentials, 0, request, Cancel);
        Assert.Equal((ErrorCode.None, ""), (response.ErrorCode, response.ErrorMessage));
        return response.Results.OrderBy(result => result.User == "nobody").Select(result =>
            (result.User, result.ErrorCode, result.ErrorMessage, string.Join(' ', result.CredentialInfos.OrderBy(info => info.Mechanism).Select(info => $"{info.Mechanism}:{info.Iterations}"))));
    }

    private async Task<WireClient> ConnectAsync()
    {
        await target.StartAsync();
        return await WireClient.ConnectAsync(target.Port, Cancel);
    }
}

public sealed class AclsOnKafkadogTests(EmbeddedSecureTarget target) : AclConformance(target), IClassFixture<EmbeddedSecureTarget>;

public sealed class AclsOnApacheKafkaTests(ApacheKafka kafka) : AclConformance(new ApacheSecureTarget(kafka));
