using System.Collections;
using System.Reflection;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security.Acls;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Which access each API asks for, on which level it refuses, and what a client does not get to see.</summary>
public abstract class AuthorizationConformance(SecureTarget target) : IAsyncLifetime
{
    private const string NoTopic = "authz-none";
    private const string User = "User:user", Nobody = "User:nobody";

    private static readonly MethodInfo s_ask = typeof(AuthorizationConformance).GetMethod(nameof(AskOfAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, bool> s_made = new();

    private readonly List<AclBinding> _given = [];
    private WireClient _admin = null!;

    public static TheoryData<string> Names() => [.. AuthorizationCases.All.Select(one => one.Name)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await target.StartAsync();
        _admin = await WireClient.ConnectAsync(target.Port, Cancel);
        await BlockAsync();
        await MakeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
        {
            await TakeAsync();
            _admin.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Access_decides(string name)
    {
        var one = AuthorizationCases.All.Single(one => one.Name == name);
        Assert.SkipWhen(target is ApacheSecureTarget && !Nightly.IsOn && AuthorizationCases.All.ToList().IndexOf(one) % 4 != 0, "Apache Kafka is asked for all of them in the nightly run.");
        Assert.SkipUnless(target is ApacheSecureTarget || new ApiTable().Find(one.Api.Key) is not null, $"{one.Api.Name} is not served.");
        Assert.SkipWhen(target is EmbeddedSecureTarget && one.Request is InitProducerIdRequest { TransactionalId: not null } && new ApiTable().Find(ApiKey.EndTxn) is null, "Transactions are not served.");
        await GiveAsync(one.Given);
        using var client = await SaslClient.LogInAsync(target.SaslPort, SecureTarget.User, SecureTarget.UserPassword, Cancel);

        // What is given is not enough, and takes a moment on Apache Kafka.
        await Eventually.EqualAsync(one.Denied, () => ErrorsAsync(client, one));
        await GiveAsync(one.Needed);
        await Eventually.EqualAsync(one.Allowed, () => ErrorsAsync(client, one));
    }

    [Fact]
    public async Task What_may_not_be_described_is_left_out()
    {
        using var client = await SaslClient.LogInAsync(target.SaslPort, SecureTarget.User, SecureTarget.UserPassword, Cancel);
        await Eventually.EqualAsync(false, () => SeesTopicAsync(client));
        await Eventually.EqualAsync(false, () => SeesGroupAsync(client));
        await GiveAsync("Topic Describe;Group Describe");
        await Eventually.EqualAsync(true, () => SeesTopicAsync(client));
        await Eventually.EqualAsync(true, () => SeesGroupAsync(client));

        await TakeAsync();
        await BlockAsync();
        await Eventually.EqualAsync(false, () => SeesGroupAsync(client));
        await GiveAsync("Cluster Describe");
        await Eventually.EqualAsync(true, () => SeesGroupAsync(client));
    }

    [Fact]
    public async Task Operations_are_told_as_far_as_they_are_allowed()
    {
        const int Read = 1 << 3, Create = 1 << 5, Delete = 1 << 6, Describe = 1 << 8;
        using var client = await SaslClient.LogInAsync(target.SaslPort, SecureTarget.User, SecureTarget.UserPassword, Cancel);
        await GiveAsync("Topic Read;Group Delete;Cluster Create");
        await Eventually.EqualAsync((Read | Describe, Delete | Describe, 0), () => OperationsAsync(client));
        await GiveAsync("Cluster Describe");
        await Eventually.EqualAsync((Read | Describe, Delete | Describe, Create | Describe), () => OperationsAsync(client));
    }

    [Fact]
    public async Task Denial_goes_before_permission_and_host_counts()
    {
        using var client = await SaslClient.LogInAsync(target.SaslPort, SecureTarget.User, SecureTarget.UserPassword, Cancel);
        var produce = AuthorizationCases.All.Single(one => one.Name == "Produce");
        await GiveAsync(Acl("Topic", "Write", host: "127.0.0.2"));
        await Eventually.EqualAsync(produce.Denied, () => ErrorsAsync(client, produce));
        await GiveAsync(Acl("Topic", "Write", host: "127.0.0.1"));
        await Eventually.EqualAsync("", () => ErrorsAsync(client, produce));
        await GiveAsync(Acl("Topic", "Write") with { Permission = AclPermission.Deny, Principal = "User:*" });
        await Eventually.EqualAsync(produce.Denied, () => ErrorsAsync(client, produce));
    }

    /// <summary>All errors of an answer, wherever they stand in it; the name of the field before those that are not simply called so.</summary>
    private static async Task<string> ErrorsAsync(WireClient client, AuthorizationCase one)
    {
        var type = typeof(ApiSchema).Assembly.GetType($"Kafkadog.Broker.Protocol.Messages.{one.Api.Name}Response", throwOnError: true)!;
        var answer = await (Task<object>)s_ask.MakeGenericMethod(type).Invoke(null, [client, one.Api, one.Version, one.Request])!;
        return string.Join(' ', Errors(answer).Distinct());
    }

    private static async Task<object> AskOfAsync<TResponse>(WireClient client, ApiSchema api, short version, IMessage request)
        where TResponse : IMessage<TResponse> => await client.AskAsync<TResponse>(api, version, request, Cancel);

    private static IEnumerable<string> Errors(object message)
    {
        foreach (var property in message.GetType().GetProperties())
        {
            var value = property.GetValue(message);
            if (value is ErrorCode error and not ErrorCode.None)
            {
                var place = property.Name.Replace("PartitionErrorCode", "", StringComparison.Ordinal).Replace("ErrorCode", "", StringComparison.Ordinal);
                yield return place.Length == 0 ? $"{error}" : $"{place}:{error}";
            }
            else if (value is IEnumerable list and not string)
            {
                foreach (var nested in list.OfType<object>().Where(item => item.GetType().Namespace == message.GetType().Namespace).SelectMany(Errors))
                {
                    yield return nested;
                }
            }
        }
    }

    private static AclBinding Acl(string resource, string operation, string host = "*")
    {
        var (type, name) = resource switch
        {
            "Topic" => (AclResourceType.Topic, AuthorizationCases.Topic),
            "NewTopic" => (AclResourceType.Topic, AuthorizationCases.NewTopic),
            "MadeTopic" => (AclResourceType.Topic, "authz-made"),
            "EveryTopic" => (AclResourceType.Topic, AclBinding.Wildcard),
            "Group" => (AclResourceType.Group, AuthorizationCases.Group),
            "NoGroup" => (AclResourceType.Group, NoTopic),
            "ConsumerGroup" => (AclResourceType.Group, "authz-consumers"),
            "TransactionalId" => (AclResourceType.TransactionalId, AuthorizationCases.TransactionalId),
            "NoTransactionalId" => (AclResourceType.TransactionalId, NoTopic),
            _ => (AclResourceType.Cluster, AclBinding.ClusterName),
        };
        return new AclBinding(type, name, AclPatternType.Literal, User, host, Enum.Parse<AclOperation>(operation), AclPermission.Allow);
    }

    private Task GiveAsync(string access) => access.Length == 0 ? Task.CompletedTask : GiveAsync([.. access.Split(';').Select(one => Acl(one.Split(' ')[0], one.Split(' ')[1]))]);

    private async Task GiveAsync(params AclBinding[] acls)
    {
        var request = new CreateAclsRequest
        {
            Creations = [.. acls.Select(acl => new CreateAclsRequestCreation
            {
                ResourceType = (sbyte)acl.ResourceType,
                ResourceName = acl.ResourceName,
                ResourcePatternType = (sbyte)acl.PatternType,
                Principal = acl.Principal,
                Host = acl.Host,
                Operation = (sbyte)acl.Operation,
                PermissionType = (sbyte)acl.Permission,
            })],
        };
        var response = await _admin.AskAsync<CreateAclsResponse>(ApiSchemas.CreateAcls, 3, request, Cancel);
        Assert.All(response.Results, result => Assert.Equal(ErrorCode.None, result.ErrorCode));
        _given.AddRange(acls);
    }

    /// <summary>Takes away all that this test gave.</summary>
    private async Task TakeAsync()
    {
        var request = new DeleteAclsRequest
        {
            Filters = _given.ConvertAll(acl => new DeleteAclsRequestFilter
            {
                ResourceTypeFilter = (sbyte)acl.ResourceType,
                ResourceNameFilter = acl.ResourceName,
                PatternTypeFilter = (sbyte)acl.PatternType,
                PrincipalFilter = acl.Principal,
                HostFilter = acl.Host,
                Operation = (sbyte)acl.Operation,
                PermissionType = (sbyte)acl.Permission,
            }),
        };
        await _admin.AskAsync<DeleteAclsResponse>(ApiSchemas.DeleteAcls, 3, request, Cancel);
        _given.Clear();
    }

    /// <summary>Lists on everything the tests are about, which give nothing to their client.</summary>
    private Task BlockAsync() => GiveAsync(
    [
        .. ((AclResourceType[])[AclResourceType.Topic, AclResourceType.Group, AclResourceType.TransactionalId]).Select(type =>
            new AclBinding(type, "authz-", AclPatternType.Prefixed, Nobody, "*", AclOperation.All, AclPermission.Allow)),
        new AclBinding(AclResourceType.Cluster, AclBinding.ClusterName, AclPatternType.Literal, Nobody, "*", AclOperation.All, AclPermission.Allow),
    ]);

    /// <summary>The topic with a record and the group with an offset.</summary>
    private async Task MakeAsync()
    {
        if (!s_made.TryAdd(target.Port, true))
        {
            return;
        }

        var topic = new CreateTopicsRequest { Topics = [new() { Name = AuthorizationCases.Topic, NumPartitions = 1, ReplicationFactor = 1 }] };
        await _admin.AskAsync<CreateTopicsResponse>(ApiSchemas.CreateTopics, 7, topic, Cancel);
        var commit = new OffsetCommitRequest
        {
            GroupId = AuthorizationCases.Group, GenerationIdOrMemberEpoch = -1, Topics = [new() { Name = AuthorizationCases.Topic, Partitions = [new() { CommittedOffset = 0 }] }],
        };
        await Eventually.EqualAsync(ErrorCode.None, async () =>
            (await _admin.AskAsync<OffsetCommitResponse>(ApiSchemas.OffsetCommit, 7, commit, Cancel)).Topics.Single().Partitions.Single().ErrorCode);
    }

    private static async Task<bool> SeesTopicAsync(WireClient client)
    {
        var metadata = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 9, new MetadataRequest { Topics = null }, Cancel);
        return metadata.Topics.Exists(topic => topic.Name == AuthorizationCases.Topic);
    }

    private static async Task<bool> SeesGroupAsync(WireClient client)
    {
        var groups = await client.AskAsync<ListGroupsResponse>(ApiSchemas.ListGroups, 4, new ListGroupsRequest(), Cancel);
        return groups.Groups.Exists(group => group.GroupId == AuthorizationCases.Group);
    }

    private static async Task<(int Topic, int Group, int Cluster)> OperationsAsync(WireClient client)
    {
        var metadata = await client.AskAsync<MetadataResponse>(
            ApiSchemas.Metadata, 9, new MetadataRequest { Topics = [new() { Name = AuthorizationCases.Topic }], IncludeClusterAuthorizedOperations = true, IncludeTopicAuthorizedOperations = true }, Cancel);
        var cluster = await client.AskAsync<DescribeClusterResponse>(ApiSchemas.DescribeCluster, 0, new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true, EndpointType = 1 }, Cancel);
        var groups = await client.AskAsync<DescribeGroupsResponse>(ApiSchemas.DescribeGroups, 5, new DescribeGroupsRequest { Groups = [AuthorizationCases.Group], IncludeAuthorizedOperations = true }, Cancel);
        return metadata.ClusterAuthorizedOperations == cluster.ClusterAuthorizedOperations
            ? (metadata.Topics.Single().TopicAuthorizedOperations, groups.Groups.Single().AuthorizedOperations, metadata.ClusterAuthorizedOperations)
            : default;
    }
}

public sealed class AuthorizationOnKafkadogTests(EmbeddedSecureTarget target) : AuthorizationConformance(target), IClassFixture<EmbeddedSecureTarget>;

public sealed class AuthorizationOnApacheKafkaTests(ApacheKafka kafka) : AuthorizationConformance(new ApacheSecureTarget(kafka));
