using System.Collections.Concurrent;
using System.Security.Cryptography;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>
/// A user that may do nothing: what it asks for has lists that are for somebody else. They are gone after the tests, because others are about
/// resources without lists.
/// </summary>
public sealed class Stranger : IAsyncDisposable
{
    private const string User = "differential-stranger", Password = "stranger-secret", Mechanism = "SCRAM-SHA-256", Nobody = "User:differential-nobody";
    private const int Iterations = 4096;

    private static readonly AclBinding[] s_lists =
    [
        .. ((AclResourceType[])[AclResourceType.Topic, AclResourceType.Group, AclResourceType.TransactionalId]).Select(type =>
            new AclBinding(type, "authz-", AclPatternType.Prefixed, Nobody, "*", AclOperation.All, AclPermission.Allow)),
        new AclBinding(AclResourceType.Cluster, AclBinding.ClusterName, AclPatternType.Literal, Nobody, "*", AclOperation.All, AclPermission.Allow),
    ];

    private readonly ConcurrentDictionary<int, Lazy<Task>> _prepared = new();

    /// <summary>The broker that other tests use as well.</summary>
    private volatile ApacheSecureTarget? _shared;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Makes the user, what it asks for, and the lists, once for each broker.</summary>
    public Task ComeAsync(SecureTarget target)
    {
        _shared = target as ApacheSecureTarget ?? _shared;
        return _prepared.GetOrAdd(target.Port, _ => new(() => PrepareAsync(target))).Value;
    }

    internal async Task<WireClient> LogInAsync(SecureTarget target)
    {
        var client = await WireClient.ConnectAsync(target.SaslPort, Cancel);
        await client.HandshakeAsync(Mechanism, Cancel);
        Assert.Equal(ErrorCode.None, (await client.ScramAsync(HashAlgorithmName.SHA256, User, Password, Cancel)).ErrorCode);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(KafkaTarget.Patience);
        if (_shared is not null)
        {
            await using var admin = new Conversation(_shared.Port, "authz", patience.Token);
            await admin.TellAsync<DeleteAclsResponse>(3, new DeleteAclsRequest { Filters = [new() { ResourceTypeFilter = 1, PatternTypeFilter = 1, PrincipalFilter = Nobody, Operation = 1, PermissionType = 1 }] });
        }
    }

    private static async Task PrepareAsync(SecureTarget target)
    {
        await using var admin = new Conversation(target.Port, "authz", Cancel);
        byte[] salt = [1, 2, 3, 4];
        await admin.TellAsync<AlterUserScramCredentialsResponse>(0, new AlterUserScramCredentialsRequest
        {
            Upsertions = [new() { Name = User, Mechanism = 1, Iterations = Iterations, Salt = salt, SaltedPassword = Rfc2898DeriveBytes.Pbkdf2(Password, salt, Iterations, HashAlgorithmName.SHA256, 32) }],
        });
        await admin.TellAsync<CreateTopicsResponse>(7, new CreateTopicsRequest { Topics = [new() { Name = AuthorizationCases.Topic, NumPartitions = 1, ReplicationFactor = 1 }] });
        await admin.SettleAsync(AuthorizationCases.Topic, 1);
        await admin.TellUntilAsync<OffsetCommitResponse>(
            8,
            new OffsetCommitRequest { GroupId = AuthorizationCases.Group, GenerationIdOrMemberEpoch = -1, Topics = [new() { Name = AuthorizationCases.Topic, Partitions = [new() { CommittedOffset = 0 }] }] },
            answer => answer.Topics[0].Partitions[0].ErrorCode is ErrorCode.None);
        await admin.TellAsync<CreateAclsResponse>(3, new CreateAclsRequest
        {
            Creations = [.. s_lists.Select(acl => new CreateAclsRequestCreation
            {
                ResourceType = (sbyte)acl.ResourceType,
                ResourceName = acl.ResourceName,
                ResourcePatternType = (sbyte)acl.PatternType,
                Principal = acl.Principal,
                Host = acl.Host,
                Operation = (sbyte)acl.Operation,
                PermissionType = (sbyte)acl.Permission,
            })],
        });
        await admin.TellUntilAsync<DescribeAclsResponse>(
            3, new DescribeAclsRequest { ResourceTypeFilter = 1, PatternTypeFilter = 1, PrincipalFilter = Nobody, Operation = 1, PermissionType = 1 }, answer => answer.Resources.Sum(one => one.Acls.Count) == s_lists.Length);
        await admin.TellUntilAsync<DescribeUserScramCredentialsResponse>(
            0, new DescribeUserScramCredentialsRequest { Users = [new() { Name = User }] }, answer => answer.Results.TrueForAll(one => one.ErrorCode is ErrorCode.None));
    }
}
