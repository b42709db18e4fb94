using System.Net;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;
using Kafkadog.Broker.Tests.Apis;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Security;
using Microsoft.Extensions.Time.Testing;

namespace Kafkadog.Broker.Tests.Server;

/// <summary>Slow, silent and greedy clients, over real sockets: each is closed, and another client is served all the while.</summary>
public sealed class ConnectionLimitTests
{
    private static readonly IPAddress Other = IPAddress.Parse("127.0.0.2");

    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.Zero };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_of_one_address_are_bounded_and_those_of_another_are_not_touched()
    {
        await using var broker = await KafkaBroker.StartAsync(RunningBroker.Options with { MaxConnectionsPerAddress = 2 }, Cancel);
        using var first = await ConnectedAsync(broker);
        using (var second = await ConnectedAsync(broker))
        {
            using var third = await WireClient.ConnectAsync(broker, Cancel);
            Assert.Null(await third.ReceiveAsync(Cancel));
            using var other = await WireClient.ConnectAsync(broker.Port, Cancel, Other);
            await IsServedAsync(other);
        }

        // The one that went makes room.
        await Eventually.EqualAsync(true, async () =>
        {
            using var again = await WireClient.ConnectAsync(broker, Cancel);
            await again.SendAsync(WireClient.Frame(ApiSchemas.ApiVersions, 0, 1, new ApiVersionsRequest()), Cancel);
            return await again.ReceiveAsync(Cancel) is not null;
        });
        await IsServedAsync(first);
    }

    [Fact]
    public async Task New_connections_above_the_rate_wait()
    {
        await using var broker = await KafkaBroker.StartAsync(RunningBroker.Options with { MaxConnectionsPerSecond = 3, TimeProvider = _time }, Cancel);
        var waiting = new List<WireClient>();
        try
        {
            for (var count = 0; count < 6; count++)
            {
                waiting.Add(await WireClient.ConnectAsync(broker, Cancel));
            }

            var answers = waiting.ConvertAll(client => IsServedAsync(client));

            // A second's worth comes at once, and one more before the pause is seen; then nobody until the clock moves.
            await Task.WhenAll(answers.Take(3));
            Assert.False(answers[5].IsCompleted);
            while (!answers[5].IsCompleted)
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Yield();
            }

            await Task.WhenAll(answers);
        }
        finally
        {
            waiting.ForEach(client => client.Dispose());
        }
    }

    [Theory]
    [InlineData(SecurityProtocol.SaslPlaintext)]
    [InlineData(SecurityProtocol.Ssl)]
    [InlineData(SecurityProtocol.SaslSsl)]
    public async Task Client_that_does_not_authenticate_is_closed_in_time(SecurityProtocol protocol)
    {
        using var folder = new TemporaryDirectory();
        using var certificates = new TestCertificates(folder.Path);
        await using var broker = await KafkaBroker.StartAsync(
            RunningBroker.Options with
            {
                Listeners = [new ListenerOptions(), new ListenerOptions { Name = "SECURE", Protocol = protocol }],
                Sasl = new SaslOptions(),
                Tls = new TlsOptions { CertificateFile = certificates.BrokerFile, KeyFile = certificates.BrokerKeyFile },
                AuthenticationTimeout = TimeSpan.FromSeconds(30),
                TimeProvider = _time,
            },
            Cancel);
        using var healthy = await ConnectedAsync(broker);
        using var silent = await WireClient.ConnectAsync(PortOf(broker, "SECURE"), Cancel);
        using var halting = await WireClient.ConnectAsync(PortOf(broker, "SECURE"), Cancel);
        await halting.SendAsync(new byte[] { 0x16, 0x03 }, Cancel);
        var closed = Task.WhenAll(silent.ReceiveAsync(Cancel), halting.ReceiveAsync(Cancel));
        await UntilAsync(closed, healthy);
        Assert.All(await closed, Assert.Null);
    }

    [Fact]
    public async Task Request_that_comes_too_slowly_is_given_up()
    {
        await using var broker = await KafkaBroker.StartAsync(RunningBroker.Options with { MinRequestBytesPerSecond = 100, TimeProvider = _time }, Cancel);
        using var healthy = await ConnectedAsync(broker);
        using var drip = await WireClient.ConnectAsync(broker, Cancel);
        await drip.SendAsync(Convert.FromHexString("00100000" + "0000"), Cancel);
        var closed = drip.ReceiveAsync(Cancel);
        await UntilAsync(closed, healthy);
        Assert.Null(await closed);
    }

    [Fact]
    public async Task Client_that_reads_no_answer_is_closed_and_holds_little_meanwhile()
    {
        await using var broker = await KafkaBroker.StartAsync(RunningBroker.Options with { MaxConnectionIdle = TimeSpan.FromMinutes(1), TimeProvider = _time }, Cancel);
        using var healthy = await ConnectedAsync(broker);
        await healthy.CreateAsync("big", 1, Cancel);
        for (var count = 0; count < 16; count++)
        {
            await healthy.ProduceAsync("big", ApiClient.Batch(1, valueBytes: 900_000), Cancel);
        }

        // An answer of 14 MB, of which nothing is read: it does not fit in the sockets' buffers.
        using var deaf = await WireClient.ConnectAsync(broker, Cancel);
        var fetch = ApiClient.Fetch("big", 0, maxWaitMs: 0);
        (fetch.MaxBytes, fetch.Topics[0].Partitions[0].PartitionMaxBytes) = (int.MaxValue, int.MaxValue);
        await deaf.SendAsync(WireClient.Frame(ApiSchemas.Fetch, 11, 1, fetch), Cancel);
        var gone = false;
        await Eventually.EqualAsync(true, async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(20));
            try
            {
                // The broker's end is closed when writing fails.
                await deaf.SendAsync(new byte[1], Cancel);
            }
            catch (System.Net.Sockets.SocketException)
            {
                gone = true;
            }

            // The one that asks is not idle.
            await IsServedAsync(healthy);
            return gone;
        });
    }

    [Fact]
    public async Task Large_requests_share_a_bound_of_memory_and_each_is_answered_in_the_end()
    {
        // One request is larger than the whole: it is read nevertheless, alone.
        await using var broker = await KafkaBroker.StartAsync(RunningBroker.Options with { MaxRequestMemoryBytes = 300_000 }, Cancel);
        using var holder = await WireClient.ConnectAsync(broker, Cancel);
        using var healthy = await ConnectedAsync(broker);
        await healthy.CreateAsync("large", 1, Cancel);
        var frame = WireClient.Frame(ApiSchemas.Produce, 9, 1, ApiClient.Produce("large", ApiClient.Batch(1, valueBytes: 400_000)));
        await holder.SendAsync(frame.AsMemory(0, frame.Length - 1), Cancel);

        using var waiting = await WireClient.ConnectAsync(broker, Cancel);
        await IsServedAsync(healthy);
        await Task.WhenAll(waiting.SendAsync(frame, Cancel), AnswersAsync());

        async Task AnswersAsync()
        {
            var answer = waiting.ReceiveAsync(Cancel);
            await IsServedAsync(healthy);
            Assert.False(answer.IsCompleted);
            await holder.SendAsync(frame.AsMemory(frame.Length - 1), Cancel);
            Assert.NotNull(await holder.ReceiveAsync(Cancel));
            Assert.NotNull(await answer);
        }
    }

    [Fact]
    public async Task Client_that_goes_while_its_request_waits_for_memory_leaves_none_behind()
    {
        var memory = new Kafkadog.Broker.Server.RequestMemory(100);
        await memory.TakeAsync(100, Cancel);
        using var gone = new CancellationTokenSource();
        var given = memory.TakeAsync(50, gone.Token).AsTask();
        var next = memory.TakeAsync(60, Cancel).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(next.IsCompleted);
        memory.Return(100);
        await next;
        await memory.TakeAsync(1000, Cancel);
        Assert.False(memory.TakeAsync(1, Cancel).AsTask().IsCompleted);
    }

    private static int PortOf(KafkaBroker broker, string listener) =>
        int.Parse(broker.BootstrapServersOf(listener).Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<WireClient> ConnectedAsync(KafkaBroker broker)
    {
        var client = await WireClient.ConnectAsync(broker, Cancel);
        await IsServedAsync(client);
        return client;
    }

    private static async Task IsServedAsync(WireClient client) =>
        Assert.Equal(ErrorCode.None, (await client.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, 0, new ApiVersionsRequest(), Cancel)).ErrorCode);

    /// <summary>Moves the clock on until it has happened, while another client is served and so is not idle.</summary>
    private async Task UntilAsync(Task happened, WireClient healthy)
    {
        while (!happened.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await IsServedAsync(healthy);
        }
    }
}
