using System.Buffers.Binary;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;

namespace Kafkadog.Broker.Tests.Server;

public sealed class ConnectionTests(RunningBroker running) : IClassFixture<RunningBroker>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousand_pipelined_requests_are_answered_in_order()
    {
        const int Count = 1000;
        using var client = await WireClient.ConnectAsync(running.Broker, Cancel);
        var frames = new List<byte>();
        for (var id = 0; id < Count; id++)
        {
            var (api, version, body) = Mixed(id);
            frames.AddRange(WireClient.Frame(api, version, Correlation(id), body));
        }

        var sending = client.SendAsync(frames.ToArray(), Cancel);
        for (var id = 0; id < Count; id++)
        {
            var frame = await client.ReceiveAsync(Cancel);
            Assert.NotNull(frame);
            Assert.Equal(Correlation(id), BinaryPrimitives.ReadInt32BigEndian(frame));
        }

        await sending;

        // Correlation ids are the client's business: they may be negative and repeat.
        static int Correlation(int id) => (id % 3 == 0 ? -1 : 1) * (id / 2);

        static (ApiSchema, short, IMessage) Mixed(int id) => (id % 4) switch
        {
            0 => (ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }),
            1 => (ApiSchemas.ApiVersions, 0, new ApiVersionsRequest()),
            2 => (ApiSchemas.Fetch, 11, new FetchRequest { MaxWaitMs = 1 }),
            _ => (ApiSchemas.ListGroups, 4, new ListGroupsRequest()),
        };
    }

    [Fact]
    public async Task ApiVersions_of_an_unknown_version_is_answered_in_v0_with_our_range()
    {
        using var client = await WireClient.ConnectAsync(running.Broker, Cancel);

        // Version 127 with a body nobody can parse.
        await client.SendAsync(Convert.FromHexString("0000000F" + "0012" + "007F" + "0000002A" + "FFFFFFFFFFFFFF"), Cancel);
        var frame = await client.ReceiveAsync(Cancel);
        var response = WireClient.Parse<ApiVersionsResponse>(ApiSchemas.ApiVersions, 0, 42, frame!);
        Assert.Equal(ErrorCode.UnsupportedVersion, response.ErrorCode);
        var range = Assert.Single(response.ApiKeys);
        Assert.Equal((18, 0, 4), (range.ApiKey, range.MinVersion, range.MaxVersion));

        // The connection goes on: the client asks again.
        Assert.Equal(ErrorCode.None, (await client.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, 0, new ApiVersionsRequest(), Cancel)).ErrorCode);
    }

    [Theory]
    [InlineData("bad name!", "1")]
    [InlineData("name", "")]
    [InlineData("-name", "1")]
    public async Task ApiVersions_with_a_malformed_client_name_is_refused(string name, string version)
    {
        using var client = await WireClient.ConnectAsync(running.Broker, Cancel);
        var request = new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = version };
        var response = await client.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, 3, request, Cancel);
        Assert.Equal(ErrorCode.InvalidRequest, response.ErrorCode);
    }

    [Theory]
    [InlineData("00000000", "size zero")]
    [InlineData("FFFFFFFF", "negative size")]
    [InlineData("7FFFFFFF0003", "size above the limit")]
    [InlineData("0000000A" + "7FFF" + "0000" + "00000001" + "FFFF", "unknown key")]
    [InlineData("0000000A" + "0003" + "7FFF" + "00000001" + "FFFF", "version too high")]
    [InlineData("0000000A" + "0000" + "0002" + "00000001" + "FFFF", "Produce v2, advertised and refused")]
    [InlineData("00000004" + "00030000", "header cut off")]
    [InlineData("0000000C" + "0003" + "0000" + "00000001" + "7FFF" + "4141", "client id longer than the frame")]
    [InlineData("0000000E" + "0003" + "0000" + "00000001" + "FFFF" + "7FFFFFFF", "array longer than the frame")]
    public async Task Broken_frame_closes_its_connection_and_no_other(string hex, string why)
    {
        using var healthy = await WireClient.ConnectAsync(running.Broker, Cancel);
        using var broken = await WireClient.ConnectAsync(running.Broker, Cancel);
        await broken.SendAsync(Convert.FromHexString(hex), Cancel);
        Assert.True(await broken.ReceiveAsync(Cancel) is null, $"{why} should close the connection");
        await healthy.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, 0, new ApiVersionsRequest(), Cancel);
    }

    [Fact]
    public async Task Bytes_after_the_body_are_not_an_error()
    {
        using var client = await WireClient.ConnectAsync(running.Broker, Cancel);
        var frame = WireClient.Frame(ApiSchemas.ApiVersions, 0, 7, new ApiVersionsRequest()).Concat(new byte[9]).ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        await client.SendAsync(frame, Cancel);
        WireClient.Parse<ApiVersionsResponse>(ApiSchemas.ApiVersions, 0, 7, (await client.ReceiveAsync(Cancel))!);
    }

    [Fact]
    public async Task Frame_that_comes_byte_by_byte_is_answered()
    {
        using var client = await WireClient.ConnectAsync(running.Broker, Cancel);
        foreach (var one in WireClient.Frame(ApiSchemas.Metadata, 9, 1, new MetadataRequest()))
        {
            await client.SendAsync(new[] { one }, Cancel);
        }

        WireClient.Parse<MetadataResponse>(ApiSchemas.Metadata, 9, 1, (await client.ReceiveAsync(Cancel))!);
    }

    [Fact]
    public async Task Connections_above_the_limit_are_closed_and_idle_ones_too()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var broker = await KafkaBroker.StartAsync(
            RunningBroker.Options with { MaxConnections = 1, MaxConnectionIdle = TimeSpan.FromMinutes(1), TimeProvider = time }, Cancel);
        using var first = await WireClient.ConnectAsync(broker, Cancel);
        await first.AskAsync<ApiVersionsResponse>(ApiSchemas.ApiVersions, 0, new ApiVersionsRequest(), Cancel);
        using var second = await WireClient.ConnectAsync(broker, Cancel);
        Assert.Null(await second.ReceiveAsync(Cancel));

        var closed = first.ReceiveAsync(Cancel);
        while (!closed.IsCompleted)
        {
            // The broker marks a connection idle after its answer was sent, which may be after we have read it.
            time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Null(await closed);
    }
}
