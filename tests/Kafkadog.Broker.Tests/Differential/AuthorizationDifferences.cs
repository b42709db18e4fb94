using System.Reflection;
using System.Text.Json.Nodes;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Tests.Clients;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>A client that may do nothing asks everything: both brokers refuse it with the same answers, field by field.</summary>
public sealed class AuthorizationDifferences(EmbeddedSecureTarget kafkadog, ApacheKafka apacheKafka, Stranger stranger)
    : IClassFixture<EmbeddedSecureTarget>, IClassFixture<Stranger>
{
    private static readonly MethodInfo s_ask = typeof(Conversation).GetMethod(nameof(Conversation.AskAsync))!;

    private static readonly HashSet<ApiKey> s_inOwnWords =
    [
        ApiKey.AlterPartitionReassignments, ApiKey.AlterUserScramCredentials, ApiKey.CreateAcls, ApiKey.DeleteAcls, ApiKey.DescribeAcls, ApiKey.ElectLeaders, ApiKey.ListPartitionReassignments,
        ApiKey.UpdateFeatures,
    ];

    public static TheoryData<string> Names() => [.. AuthorizationCases.All.Select(one => one.Name)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Stranger_is_refused_with_the_same_answer(string name)
    {
        await apacheKafka.StartAsync();
        var one = AuthorizationCases.All.Single(one => one.Name == name);
        var both = await Task.WhenAll(RunAsync(kafkadog, one), RunAsync(new ApacheSecureTarget(apacheKafka), one));
        var differences = Comparison.Of(both[0], both[1]);

        // Apache Kafka prints its own objects there.
        var isKnown = differences.RemoveAll(difference => Known.RefusalWords.Covers(difference) && difference.Theirs.StartsWith("\"Request Request(", StringComparison.Ordinal)) > 0;
        Assert.True(differences.Count == 0, Comparison.Describe(differences, both[0], both[1]));
        Assert.True(isKnown == s_inOwnWords.Contains(one.Api.Key), $"'{Known.RefusalWords.Row}' differs for {one.Api.Name}: {isKnown}.");
    }

    private async Task<List<(string Label, JsonNode? Answer)>> RunAsync(SecureTarget target, AuthorizationCase one)
    {
        await stranger.ComeAsync(target);
        await using var conversation = new Conversation(target.SaslPort, "authz", Cancel, () => stranger.LogInAsync(target));
        var response = typeof(ApiSchema).Assembly.GetType($"Kafkadog.Broker.Protocol.Messages.{one.Api.Name}Response", throwOnError: true)!;
        await (Task)s_ask.MakeGenericMethod(response).Invoke(conversation, [one.Version, one.Request, true])!;
        return conversation.Transcript;
    }
}
