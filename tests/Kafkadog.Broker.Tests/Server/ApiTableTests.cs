using System.Reflection;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;

namespace Kafkadog.Broker.Tests.Server;

public sealed class ApiTableTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private static readonly MethodInfo AskOf = typeof(ApiTableTests).GetMethod(nameof(AskAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static TheoryData<string, short> Versions() => new(
        from api in new ApiTable().All
        from version in Enumerable.Range(api.Lowest, api.Highest - api.Lowest + 1)
        select (api.Schema.Name, (short)version));

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_that_is_served_is_answered_to_the_last_byte(string name, short version)
    {
        var cancel = TestContext.Current.CancellationToken;
        var api = ApiSchemas.All.Single(schema => schema.Name == name);
        var request = (IMessage)Activator.CreateInstance(Type(name, "Request"))!;
        if (request is ProduceRequest produce)
        {
            produce.Acks = 1;
        }
        else if (request is ApiVersionsRequest versions)
        {
            (versions.ClientSoftwareName, versions.ClientSoftwareVersion) = ("test", "1");
        }

        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        await (Task)AskOf.MakeGenericMethod(Type(name, "Response")).Invoke(null, [client, api, version, request, cancel])!;
    }

    [Fact]
    public async Task ApiVersions_tells_the_table()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var client = await WireClient.ConnectAsync(running.Broker, cancel);
        var request = new ApiVersionsRequest { ClientSoftwareName = "test", ClientSoftwareVersion = "1.0" };
        var response = await client.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, 4, request, cancel);
        Assert.Equal(ErrorCode.None, response.ErrorCode);
        Assert.Equal(
            new ApiTable().All.Select(api => ((short)api.Schema.Key, api.AdvertisedLowest, api.Highest)),
            response.ApiKeys.Select(key => (key.ApiKey, key.MinVersion, key.MaxVersion)));

        // Clients run transactions in the way of KIP-890 when they see this feature.
        var transactions = Assert.Single(response.FinalizedFeatures, feature => feature.Name == "transaction.version");
        Assert.Equal((2, 2), (transactions.MinVersionLevel, transactions.MaxVersionLevel));
    }

    [Theory]
    [InlineData(ApiKeyOf.Produce, 0)]
    [InlineData(ApiKeyOf.FindCoordinator, 0)]
    [InlineData(ApiKeyOf.JoinGroup, 0)]
    [InlineData(ApiKeyOf.Fetch, 4)]
    [InlineData(ApiKeyOf.OffsetFetch, 1)]
    [InlineData(ApiKeyOf.OffsetForLeaderEpoch, 2)]
    public void Lowest_versions_are_those_old_clients_look_for(int key, int lowest) =>
        Assert.Equal(lowest, new ApiTable().Find((ApiKey)key)!.AdvertisedLowest);

    [Fact]
    public void What_is_not_done_is_not_advertised()
    {
        var table = new ApiTable();
        ApiKey[] absent =
        [
            ApiKey.GetTelemetrySubscriptions, ApiKey.ShareFetch, ApiKey.Vote,
        ];
        Assert.All(absent, key => Assert.Null(table.Find(key)));
    }

    private static Type Type(string name, string suffix) =>
        typeof(ApiSchema).Assembly.GetType($"Kafkadog.Broker.Protocol.Messages.{name}{suffix}", throwOnError: true)!;

    private static async Task AskAsync<TResponse>(WireClient client, ApiSchema api, short version, IMessage request, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> => await client.AskAsync<TResponse>(api, version, request, cancellationToken);

    private static class ApiKeyOf
    {
        public const int Produce = 0, Fetch = 1, OffsetFetch = 9, FindCoordinator = 10, JoinGroup = 11, OffsetForLeaderEpoch = 23;
    }
}
