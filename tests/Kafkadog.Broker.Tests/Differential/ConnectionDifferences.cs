using System.Buffers.Binary;
using Kafkadog.Broker.Protocol;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Server;
using Kafkadog.Broker.Tests.Clients;
using Kafkadog.Broker.Tests.Server;

namespace Kafkadog.Broker.Tests.Differential;

/// <summary>Frames, headers, versions: what is answered and what closes the connection.</summary>
public sealed class ConnectionDifferences(DifferentialTarget kafkadog, ApacheKafka apacheKafka) : DifferentialTest(kafkadog, apacheKafka)
{
    internal static ApiVersionsRequest Software => new() { ClientSoftwareName = "test", ClientSoftwareVersion = "1.0" };

    [Theory]
    [InlineData("00000000", "size zero")]
    [InlineData("FFFFFFFF", "negative size")]
    [InlineData("7FFFFFFF0003", "size above the limit")]
    [InlineData("0000000A" + "7FFF" + "0000" + "00000001" + "FFFF", "unknown key")]
    [InlineData("0000000A" + "FFFF" + "0000" + "00000001" + "FFFF", "negative key")]
    [InlineData("0000000A" + "0003" + "7FFF" + "00000001" + "FFFF", "version too high")]
    [InlineData("0000000A" + "0003" + "FFFF" + "00000001" + "FFFF", "negative version")]
    [InlineData("0000000A" + "0000" + "0002" + "00000001" + "FFFF", "Produce v2")]
    [InlineData("0000000A" + "0004" + "0000" + "00000001" + "FFFF", "LeaderAndIsr")]
    [InlineData("0000000A" + "0034" + "0002" + "00000001" + "FFFF", "Vote, which only a controller serves")]
    [InlineData("00000004" + "00030000", "header cut off")]
    [InlineData("0000000C" + "0003" + "0000" + "00000001" + "7FFF" + "4141", "client id longer than the frame")]
    [InlineData("0000000A" + "0003" + "0000" + "00000001" + "FFFE", "client id of length -2")]
    [InlineData("0000000E" + "0003" + "0000" + "00000001" + "FFFF" + "7FFFFFFF", "array longer than the frame")]
    [InlineData("0000000E" + "0003" + "0000" + "00000001" + "FFFF" + "FFFFFFFE", "array of length -2")]
    [InlineData("0000000B" + "0003" + "0009" + "00000001" + "FFFF" + "00", "flexible body cut off")]
    [InlineData("00000012" + "0003" + "0009" + "00000001" + "FFFF" + "00" + "FFFFFFFFFF7F" + "00", "compact length of six bytes")]
    [InlineData("00000012" + "000C" + "0000" + "0000002A" + "FFFF" + "0000" + "FFFFFFFF" + "0000", "Heartbeat without client id")]
    public Task Frame_is_answered_or_closes_the_connection(string hex, string what) => CompareAsync(
        kafka => kafka.SendAsync(what, Convert.FromHexString(hex)));

    [Theory, Versions("ApiVersions")]
    public Task ApiVersions_tells_versions(short version) => CompareAsync(
        async kafka =>
        {
            var table = new ApiTable();
            var answer = await kafka.TellAsync<ApiVersionsResponse>(version, Software);
            kafka.Note("error", answer.ErrorCode);
            kafka.Note("APIs both serve", answer.ApiKeys.Where(api => table.Find((ApiKey)api.ApiKey) is not null).OrderBy(api => api.ApiKey).ToList());
        });

    [Theory]
    [InlineData("bad name!", "1")]
    [InlineData("name", "")]
    [InlineData("-name", "1")]
    [InlineData("name-", "1")]
    [InlineData("a.b-c", "1.2-3")]
    [InlineData("name", "1 2")]
    public Task ApiVersions_checks_the_name_of_the_client(string name, string version) => CompareAsync(async kafka =>
    {
        var answer = await kafka.TellAsync<ApiVersionsResponse>(3, new ApiVersionsRequest { ClientSoftwareName = name, ClientSoftwareVersion = version });
        kafka.Note("error", answer.ErrorCode);
        kafka.Note("has APIs", answer.ApiKeys.Count > 0);
    });

    [Theory]
    [InlineData(5)]
    [InlineData(127)]
    [InlineData(-1)]
    public Task ApiVersions_of_a_version_that_is_not_served_tells_those_that_are(short version) => CompareAsync(kafka =>
    {
        var frame = new byte[15];
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(4), (short)ApiKey.ApiVersions);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(6), version);
        BinaryPrimitives.WriteInt16BigEndian(frame.AsSpan(12), -1);
        return kafka.SendAsync("ApiVersions", frame);
    });

    [Fact]
    public Task Bytes_after_the_body() => CompareAsync(kafka =>
    {
        var frame = WireClient.Frame(ApiSchemas.Heartbeat, 0, 7, new HeartbeatRequest()).Concat(new byte[9]).ToArray();
        BinaryPrimitives.WriteInt32BigEndian(frame, frame.Length - 4);
        return kafka.SendAsync("Heartbeat", frame);
    });

    [Fact]
    public Task Unknown_tagged_fields_are_skipped() => CompareAsync(kafka => kafka.AskAsync<MetadataResponse>(12, new MetadataRequest
    {
        Topics = [],
        UnknownTaggedFields = [new RawTaggedField(99, new byte[] { 1, 2, 3 })],
    }));
}
