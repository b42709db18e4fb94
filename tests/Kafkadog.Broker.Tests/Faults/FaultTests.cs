using System.Reflection;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Embedding;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Faults;

public sealed class FaultTests : EmbeddedTest
{
    private static readonly MethodInfo AskOf = typeof(FaultTests).GetMethod(nameof(AskAsync), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly AdjustableTimeProvider _clock = new();

    internal override BrokerOptions Options => base.Options with { TimeProvider = _clock };

    [Fact]
    public async Task Every_version_of_every_api_can_be_answered_with_an_error()
    {
        foreach (var api in new ApiTable().All.Where(api => Enum.IsDefined((KafkaApi)api.Schema.Key)))
        {
            using var fault = Broker.Faults.Fail((KafkaApi)api.Schema.Key, KafkaError.UnknownServerError);
            for (var version = api.Lowest; version <= api.Highest; version++)
            {
                using var client = await WireClient.ConnectAsync(Broker, Patience);
                await (Task)AskOf.MakeGenericMethod(Type(api, "Response")).Invoke(null, [client, api.Schema, version, Request(api), Patience])!;
            }

            Assert.Equal(api.Highest - api.Lowest + 1, fault.Hits);
        }
    }

    [Fact]
    public void Every_api_a_client_uses_is_there_by_its_number()
    {
        Assert.All(Enum.GetValues<KafkaApi>(), api => Assert.Equal(Enum.Parse<ApiKey>(api.ToString()), (ApiKey)api));
        Assert.All(Enum.GetValues<KafkaApi>(), api => Assert.NotNull(Kafkadog.Broker.Faults.FaultableApis.Find((ApiKey)api)));
        Assert.All(
            Enum.GetValues<KafkaError>().Except([KafkaError.InvalidTopic]),
            error => Assert.Equal(Enum.Parse<ErrorCode>(error.ToString()), (ErrorCode)error));
    }

    [Fact]
    public async Task Failed_produce_has_no_effect_and_ends_after_its_times()
    {
        using var client = await WireClient.ConnectAsync(Broker, Patience);
        var fault = Broker.Faults.Fail(KafkaApi.Produce, KafkaError.NotLeaderOrFollower, new() { Times = 2 });
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await client.ProduceAsync("orders", ApiClient.Batch(1), Patience)).ErrorCode);
        Assert.Equal(ErrorCode.NotLeaderOrFollower, (await client.ProduceAsync("orders", ApiClient.Batch(1), Patience)).ErrorCode);
        Assert.Empty(Broker.ReadAll("orders"));
        Assert.Equal(ErrorCode.None, (await client.ProduceAsync("orders", ApiClient.Batch(1), Patience)).ErrorCode);
        Assert.Equal(2, fault.Hits);
    }

    [Fact]
    public async Task Failed_fetch_and_commit_name_every_partition_asked_for()
    {
        using var client = await WireClient.ConnectAsync(Broker, Patience);
        Broker.Faults.Fail(KafkaApi.Fetch, KafkaError.KafkaStorageError);
        var fetched = await client.FetchAsync(ApiClient.Fetch("orders", 0, 100, partition: 2), Patience);
        Assert.Equal((2, ErrorCode.KafkaStorageError), (fetched.PartitionIndex, fetched.ErrorCode));
        Broker.Faults.Fail(KafkaApi.OffsetCommit, KafkaError.NotCoordinator);
        var commit = new OffsetCommitRequest { GroupId = "g", Topics = [new() { Name = "orders", Partitions = [new() { PartitionIndex = 1, CommittedOffset = 5 }] }] };
        var committed = (await client.AskAsync<OffsetCommitResponse>(ApiSchemas.OffsetCommit, 8, commit, Patience)).Topics.Single().Partitions.Single();
        Assert.Equal((1, ErrorCode.NotCoordinator), (committed.PartitionIndex, committed.ErrorCode));
        Assert.Null(await Broker.GetCommittedAsync("g", "orders", 1, Patience));
        Broker.Faults.Clear();
        Assert.Equal(ErrorCode.None, (await client.FetchAsync(ApiClient.Fetch("orders", 0, 0), Patience)).ErrorCode);
    }

    [Fact]
    public async Task Delay_goes_by_the_brokers_clock_and_then_the_request_is_carried_out()
    {
        using var client = await WireClient.ConnectAsync(Broker, Patience);
        using var fault = Broker.Faults.Delay(KafkaApi.Produce, TimeSpan.FromHours(1));
        var producing = client.ProduceAsync("orders", ApiClient.Batch(1), Patience);
        await fault.WaitForHitsAsync(1, Patience);
        Assert.Empty(Broker.ReadAll("orders"));
        while (!producing.IsCompleted)
        {
            // The wait begins a moment after the hit.
            _clock.Advance(TimeSpan.FromHours(1));
            await Task.WhenAny(producing, Task.Delay(TimeSpan.FromMilliseconds(5), Patience));
        }

        Assert.Equal(ErrorCode.None, (await producing).ErrorCode);
        Assert.Single(Broker.ReadAll("orders"));
    }

    [Fact]
    public async Task Dropped_answer_leaves_its_effect_and_a_silent_connection()
    {
        using var client = await WireClient.ConnectAsync(Broker, Patience);
        Broker.Faults.DropAnswer(KafkaApi.Produce, new() { Times = 1 });
        await client.SendAsync(WireClient.Frame(ApiSchemas.Produce, 9, 1, ApiClient.Produce("orders", ApiClient.Batch(1))), Patience);
        await client.SendAsync(WireClient.Frame(ApiSchemas.Metadata, 9, 2, new MetadataRequest()), Patience);
        await Broker.ReadAsync("orders", 1, cancellationToken: Patience);
        var silence = client.ReceiveAsync(Patience);
        using var other = await WireClient.ConnectAsync(Broker, Patience);
        Assert.Equal(ErrorCode.None, (await other.ProduceAsync("orders", ApiClient.Batch(1), Patience)).ErrorCode);
        Assert.False(silence.IsCompleted);
        await Broker.StopAsync();
        Assert.Null(await silence);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Closed_connection_leaves_the_effect_it_is_told_to(bool carriedOut, int records)
    {
        using var client = await WireClient.ConnectAsync(Broker, Patience);
        Broker.Faults.CloseConnection(KafkaApi.Produce, carriedOut);
        await client.SendAsync(WireClient.Frame(ApiSchemas.Produce, 9, 1, ApiClient.Produce("orders", ApiClient.Batch(1))), Patience);
        Assert.Null(await client.ReceiveAsync(Patience));
        Assert.Equal(records, Broker.ReadAll("orders").Count);
    }

    [Fact]
    public async Task Condition_sees_client_topics_and_group()
    {
        Broker.CreateTopic("payments");
        using var client = await WireClient.ConnectAsync(Broker, Patience);
        Broker.Faults.Fail(KafkaApi.Produce, KafkaError.NotEnoughReplicas, new() { When = request => request.ClientId == "wire-client" && request.Topics.Contains("payments") });
        Broker.Faults.Fail(KafkaApi.Heartbeat, KafkaError.RebalanceInProgress, new() { When = request => request.Group == "g1" });
        Assert.Equal(ErrorCode.None, (await client.ProduceAsync("orders", ApiClient.Batch(1), Patience)).ErrorCode);
        Assert.Equal(ErrorCode.NotEnoughReplicas, (await client.ProduceAsync("payments", ApiClient.Batch(1), Patience)).ErrorCode);
        Assert.Equal(ErrorCode.RebalanceInProgress, await BeatAsync("g1"));
        Assert.Equal(ErrorCode.UnknownMemberId, await BeatAsync("g2"));

        async Task<ErrorCode> BeatAsync(string group) =>
            (await client.AskAsync<HeartbeatResponse>(ApiSchemas.Heartbeat, 4, new HeartbeatRequest { GroupId = group, MemberId = "m" }, Patience)).ErrorCode;
    }

    [Fact]
    public async Task Share_meets_the_same_requests_with_the_same_seed()
    {
        using var client = await WireClient.ConnectAsync(Broker, Patience);
        var one = await PatternAsync(seed: 7);
        Assert.Equal(one, await PatternAsync(seed: 7));
        Assert.NotEqual(one, await PatternAsync(seed: 8));
        Assert.InRange(one.Count(failed => failed), 5, 35);

        async Task<List<bool>> PatternAsync(int seed)
        {
            using var fault = Broker.Faults.Fail(KafkaApi.Produce, KafkaError.RequestTimedOut, new() { Share = 0.3, Seed = seed });
            var failures = new List<bool>();
            for (var at = 0; at < 60; at++)
                failures.Add((await client.ProduceAsync("orders", ApiClient.Batch(1), Patience)).ErrorCode is not ErrorCode.None);
            return failures;
        }
    }

    [Fact]
    public void Impossible_faults_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Broker.Faults.Fail((KafkaApi)999, KafkaError.RequestTimedOut));
        Assert.Throws<ArgumentOutOfRangeException>(() => Broker.Faults.DropAnswer(KafkaApi.Fetch, new() { Times = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Broker.Faults.DropAnswer(KafkaApi.Fetch, new() { Share = 1.5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Broker.Faults.Delay(KafkaApi.Fetch, TimeSpan.FromSeconds(-1)));
    }

    private static IMessage Request(ServedApi api)
    {
        var request = (IMessage)Activator.CreateInstance(Type(api, "Request"))!;
        if (request is ProduceRequest produce)
            produce.Acks = 1;
        return request;
    }

    private static Type Type(ServedApi api, string suffix) =>
        typeof(ApiSchema).Assembly.GetType($"Kafkadog.Broker.Protocol.Messages.{api.Schema.Name}{suffix}", throwOnError: true)!;

    private static async Task AskAsync<TResponse>(WireClient client, ApiSchema api, short version, IMessage request, CancellationToken cancellationToken)
        where TResponse : IMessage<TResponse> => await client.AskAsync<TResponse>(api, version, request, cancellationToken);
}
