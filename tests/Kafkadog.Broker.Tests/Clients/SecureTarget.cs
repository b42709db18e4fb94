using System.Globalization;
using Kafkadog.Broker.Security;
using Kafkadog.Broker.Security.Sasl;
using Kafkadog.Broker.Security.Tls;
using Kafkadog.Broker.Tests.Security;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>
/// A broker with a listener of each kind, access control that leaves open what has no list, the super users ANONYMOUS and admin, and a plain
/// user. Both can log in by every mechanism, and have to again after an hour.
/// </summary>
public abstract class SecureTarget : KafkaTarget
{
    public const string Admin = "admin", AdminPassword = "admin-secret", User = "user", UserPassword = "user-secret";

    public static TimeSpan SessionLifetime { get; } = TimeSpan.FromHours(1);

    public abstract string SaslServers { get; }

    public abstract string SslServers { get; }

    public abstract string SaslSslServers { get; }

    /// <summary>The root of all certificates, as a PEM file.</summary>
    public abstract string RootFile { get; }

    /// <summary>Of a client, whose subject is <c>CN=client</c>.</summary>
    public abstract string ClientFile { get; }

    public abstract string ClientKeyFile { get; }

    public int SaslPort => int.Parse(SaslServers.AsSpan(SaslServers.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);
}

/// <summary>This project's broker, in this process.</summary>
public sealed class EmbeddedSecureTarget : SecureTarget, IAsyncLifetime
{
    private readonly TemporaryDirectory _folder = new();
    private readonly TestCertificates _certificates;
    private KafkaBroker? _broker;

    public EmbeddedSecureTarget() => _certificates = new TestCertificates(_folder.Path);

    public override string Servers => _broker!.BootstrapServers;

    public override string SaslServers => _broker!.BootstrapServersOf("SASL");

    public override string SslServers => _broker!.BootstrapServersOf("SSL");

    public override string SaslSslServers => _broker!.BootstrapServersOf("SASL_SSL");

    public override string RootFile => _certificates.RootFile;

    public override string ClientFile => _certificates.ClientFile;

    public override string ClientKeyFile => _certificates.ClientKeyFile;

    public async ValueTask InitializeAsync() => _broker = await KafkaBroker.StartAsync(
        new BrokerOptions
        {
            OffsetsTopicPartitions = 4,
            Listeners =
            [
                new ListenerOptions(),
                new ListenerOptions { Name = "SASL", Protocol = SecurityProtocol.SaslPlaintext },
                new ListenerOptions { Name = "SSL", Protocol = SecurityProtocol.Ssl },
                new ListenerOptions { Name = "SASL_SSL", Protocol = SecurityProtocol.SaslSsl },
            ],
            Sasl = new SaslOptions
            {
                Users = new Dictionary<string, string> { [Admin] = AdminPassword, [User] = UserPassword },
                MaxReauthentication = SessionLifetime,
            },
            Tls = new TlsOptions
            {
                CertificateFile = _certificates.BrokerFile,
                KeyFile = _certificates.BrokerKeyFile,
                TrustedFile = _certificates.RootFile,
                ClientAuthentication = ClientAuthentication.Requested,
            },
            Authorization = new AuthorizationOptions { SuperUsers = ["User:ANONYMOUS", "User:admin"], AllowEveryoneIfNoAclFound = true },
        },
        TestContext.Current.CancellationToken);

    public override Task StartAsync() => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await (_broker?.DisposeAsync() ?? ValueTask.CompletedTask);
        _certificates.Dispose();
        _folder.Dispose();
    }
}

/// <summary>The further listeners of the one Apache Kafka.</summary>
public sealed class ApacheSecureTarget(ApacheKafka kafka) : SecureTarget
{
    public override string Servers => kafka.Servers;

    public override string SaslServers => Beside(2);

    public override string SslServers => Beside(3);

    public override string SaslSslServers => Beside(4);

    public override string RootFile => Path.Combine(kafka.TlsFolder, "ca.pem");

    public override string ClientFile => Path.Combine(kafka.TlsFolder, "client.pem");

    public override string ClientKeyFile => Path.Combine(kafka.TlsFolder, "client.key");

    public override Task StartAsync() => kafka.StartAsync();

    private string Beside(int ports) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{kafka.Port + ports}");
}
