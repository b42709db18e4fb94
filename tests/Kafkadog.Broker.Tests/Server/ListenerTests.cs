using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Kafkadog.Broker.Protocol.Messages;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;
using Kafkadog.Broker.Tests.Security;

namespace Kafkadog.Broker.Tests.Server;

public sealed class ListenerTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly TestCertificates _certificates;

    public ListenerTests() => _certificates = new TestCertificates(_folder.Path);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _certificates.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Each_listener_tells_its_own_address_and_keeps_its_port_across_a_restart()
    {
        await using var broker = await KafkaBroker.StartAsync(
            RunningBroker.Options with
            {
                Listeners = [new ListenerOptions { Name = "INSIDE" }, new ListenerOptions { Name = "OUTSIDE", AdvertisedHost = "kafka.example", AdvertisedPort = 19092 }, new ListenerOptions { Name = "THIRD" }],
            },
            Cancel);
        Assert.Equal("kafka.example:19092", broker.BootstrapServersOf("OUTSIDE"));
        Assert.Equal(broker.BootstrapServersOf("INSIDE"), broker.BootstrapServers);
        Assert.Throws<ArgumentException>(() => broker.BootstrapServersOf("NONE"));
        var third = broker.BootstrapServersOf("THIRD");
        await broker.RestartAsync(Cancel);
        Assert.Equal(third, broker.BootstrapServersOf("THIRD"));
        foreach (var name in (string[])["INSIDE", "THIRD"])
        {
            var address = broker.BootstrapServersOf(name);
            using var client = await WireClient.ConnectAsync(int.Parse(address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture), Cancel);
            var metadata = await client.AskAsync<MetadataResponse>(ApiSchemas.Metadata, 12, new MetadataRequest { Topics = [] }, Cancel);
            var coordinator = await client.AskAsync<FindCoordinatorResponse>(ApiSchemas.FindCoordinator, 3, new FindCoordinatorRequest { Key = "x" }, Cancel);
            var cluster = await client.AskAsync<DescribeClusterResponse>(ApiSchemas.DescribeCluster, 0, new DescribeClusterRequest { EndpointType = 1 }, Cancel);
            Assert.Equal(address, $"{metadata.Brokers.Single().Host}:{metadata.Brokers.Single().Port}");
            Assert.Equal(address, $"{coordinator.Host}:{coordinator.Port}");
            Assert.Equal(address, $"{cluster.Brokers.Single().Host}:{cluster.Brokers.Single().Port}");
        }
    }

    [Fact]
    public async Task Pfx_certificate_is_served_and_a_client_without_its_own_is_refused_when_it_needs_one()
    {
        await using var broker = await KafkaBroker.StartAsync(
            RunningBroker.Options with
            {
                Listeners = [new ListenerOptions { Name = "SSL", Protocol = SecurityProtocol.Ssl }],
                Tls = new TlsOptions
                {
                    CertificateFile = _certificates.PfxFile, Password = TestCertificates.PfxPassword, TrustedFile = _certificates.RootFile, ClientAuthentication = ClientAuthentication.Required,
                },
            },
            Cancel);
        using var read = X509Certificate2.CreateFromPemFile(_certificates.ClientFile, _certificates.ClientKeyFile);
        using var own = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
        Assert.NotEqual(0, await AnsweredBytesAsync(broker.Port, own));
        Assert.Equal(0, await AnsweredBytesAsync(broker.Port, null));
        using var foreign = new TemporaryDirectory();
        using var others = new TestCertificates(foreign.Path);
        using var readForeign = X509Certificate2.CreateFromPemFile(others.ClientFile, others.ClientKeyFile);
        using var ofAnotherRoot = X509CertificateLoader.LoadPkcs12(readForeign.Export(X509ContentType.Pkcs12), null);
        Assert.Equal(0, await AnsweredBytesAsync(broker.Port, ofAnotherRoot));
    }

    [Fact]
    public async Task Options_that_do_not_fit_together_are_refused_with_what_to_set()
    {
        var sasl = new ListenerOptions { Name = "SASL", Protocol = SecurityProtocol.SaslPlaintext };
        var ssl = new ListenerOptions { Name = "SSL", Protocol = SecurityProtocol.Ssl };
        var tls = new TlsOptions { CertificateFile = _certificates.BrokerFile, KeyFile = _certificates.BrokerKeyFile };
        foreach (var (options, word) in ((BrokerOptions, string)[])
        [
            (new() { Listeners = [sasl] }, "set Sasl"),
            (new() { Listeners = [ssl] }, "set Tls"),
            (new() { Listeners = [new(), new()] }, "differ"),
            (new() { Listeners = [ssl], Tls = new() }, "Tls.CertificateFile"),
            (new() { Listeners = [ssl], Tls = tls with { CertificateFile = Path.Combine(_folder.Path, "none.pem") } }, "none.pem"),
            (new() { Listeners = [ssl], Tls = tls with { KeyFile = _certificates.ClientKeyFile } }, "Tls.KeyFile"),
            (new() { Listeners = [ssl], Tls = tls with { ClientAuthentication = ClientAuthentication.Required } }, "Tls.TrustedFile"),
            (new() { Listeners = [sasl], Sasl = new SaslOptions { Users = new Dictionary<string, string> { ["alice"] = "" } } }, "alice"),
            (new() { Authorization = new AuthorizationOptions { SuperUsers = ["admin"] } }, "User:admin"),
            (new() { Configs = new Dictionary<string, string> { ["max.connections"] = "0" } }, "max.connections"),
        ])
        {
            var refused = await Assert.ThrowsAsync<BrokerStartException>(() => KafkaBroker.StartAsync(options, Cancel));
            Assert.Equal(BrokerStartFailure.InvalidOption, refused.Failure);
            Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Asks for the versions; 0 when the broker closes instead.</summary>
    private static async Task<int> AnsweredBytesAsync(int port, X509Certificate2? own)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port, Cancel);
        await using var stream = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate?.Subject == "CN=broker");
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ClientCertificates = own is null ? [] : [own] }, Cancel);
            await stream.WriteAsync(WireClient.Frame(ApiSchemas.ApiVersions, 0, 1, new ApiVersionsRequest()), Cancel);
            return await stream.ReadAsync(new byte[4], Cancel);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            return 0;
        }
    }
}
