using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Kafkadog.Broker.Tests.Clients;

/// <summary>Real clients on the secured listeners: each logs in, writes and reads, and hears the right words when its password is wrong.</summary>
public abstract class SecureClientConformance(SecureTarget target)
{
    private readonly string _topic = $"secure-{Guid.NewGuid():N}";

    public static TheoryData<SaslMechanism, SecurityProtocol> Logins() => new(
        from mechanism in (SaslMechanism[])[SaslMechanism.Plain, SaslMechanism.ScramSha256, SaslMechanism.ScramSha512]
        from protocol in (SecurityProtocol[])[SecurityProtocol.SaslPlaintext, SecurityProtocol.SaslSsl]
        select (mechanism, protocol));

    [Theory]
    [MemberData(nameof(Logins))]
    public async Task Confluent_client_logs_in_and_is_told_the_address_of_its_listener(SaslMechanism mechanism, SecurityProtocol protocol)
    {
        await target.StartAsync();
        var config = Config(protocol);
        (config.SaslMechanism, config.SaslUsername, config.SaslPassword) = (mechanism, SecureTarget.Admin, SecureTarget.AdminPassword);
        await RoundTripAsync(config);
    }

    [Fact]
    public async Task Confluent_client_with_a_certificate_is_known_by_its_subject()
    {
        await target.StartAsync();
        var config = Config(SecurityProtocol.Ssl);
        (config.SslCertificateLocation, config.SslKeyLocation) = (target.ClientFile, target.ClientKeyFile);
        await RoundTripAsync(config);

        // The topic is closed to all but the subject of the certificate.
        using var admin = new AdminClientBuilder(new ClientConfig { BootstrapServers = target.Servers }).Build();
        var acl = new AclBinding
        {
            Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = _topic, ResourcePatternType = ResourcePatternType.Literal },
            Entry = new AccessControlEntry { Principal = "User:CN=client", Host = "*", Operation = AclOperation.Write, PermissionType = AclPermissionType.Allow },
        };
        await admin.CreateAclsAsync([acl]);
        await ProduceAsync(config);
        var other = Config(SecurityProtocol.SaslSsl);
        (other.SaslMechanism, other.SaslUsername, other.SaslPassword) = (SaslMechanism.Plain, SecureTarget.User, SecureTarget.UserPassword);
        await Eventually.UntilAsync(error => error is ErrorCode.TopicAuthorizationFailed, () => ErrorAsync(other));
        await admin.DeleteAclsAsync([acl.ToFilter()]);
    }

    [Fact]
    public async Task Confluent_client_with_a_wrong_password_hears_why()
    {
        await target.StartAsync();
        var config = Config(SecurityProtocol.SaslPlaintext);
        (config.SaslMechanism, config.SaslUsername, config.SaslPassword) = (SaslMechanism.Plain, SecureTarget.Admin, "wrong");
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var client = new AdminClientBuilder(config).SetErrorHandler((_, error) => heard.TrySetResult(error.Reason)).SetLogHandler((_, _) => { }).Build();
        Assert.Contains("Authentication failed: Invalid username or password", await heard.Task.WaitAsync(KafkaTarget.Patience, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>With PLAIN: librdkafka before 2.6.1 sends a wrong nonce with SCRAM, which Apache Kafka 4 refuses, and so do we.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kcat_with_its_old_librdkafka_logs_in(bool encrypted)
    {
        Assert.SkipUnless(ClientProcess.IsInstalled("kcat"), "kcat is not installed (apt-get install kcat).");
        await target.StartAsync();
        string[] login =
        [
            "-b", encrypted ? target.SaslSslServers : target.SaslServers, "-X", $"security.protocol={(encrypted ? "SASL_SSL" : "SASL_PLAINTEXT")}", "-X", $"ssl.ca.location={target.RootFile}",
            "-X", "sasl.mechanism=PLAIN", "-X", $"sasl.username={SecureTarget.Admin}", "-X", $"sasl.password={SecureTarget.AdminPassword}",
        ];
        await ClientProcess.RunAsync("kcat", "one\ntwo\n", [.. login, "-P", "-t", _topic, "-p", "0"]);
        Assert.Equal("one\ntwo\n", await ClientProcess.RunAsync("kcat", "", [.. login, "-C", "-t", _topic, "-p", "0", "-o", "beginning", "-e", "-q"]));
    }

    [Theory]
    [InlineData("plain", false)]
    [InlineData("scram256", true)]
    [InlineData("scram512", false)]
    public async Task Franz_go_logs_in_and_administers(string mechanism, bool encrypted)
    {
        var probe = SharedFolder.Require(Path.Combine("clients", "bin", "franz-go-probe"));
        await target.StartAsync();
        string[] tls = encrypted ? ["--tls", "--ca", target.RootFile, "--cert", target.ClientFile, "--key", target.ClientKeyFile] : [];
        var output = await ClientProcess.RunAsync(
            probe, "", ["--bootstrap", encrypted ? target.SaslSslServers : target.SaslServers, "--sasl", mechanism, "--user", SecureTarget.Admin, "--pass", SecureTarget.AdminPassword, .. tls, "auth", "admin-acls"]);
        Assert.Contains("2 passed, 0 failed", output, StringComparison.Ordinal);
    }

    private ClientConfig Config(SecurityProtocol protocol) => new()
    {
        BootstrapServers = protocol switch
        {
            SecurityProtocol.Ssl => target.SslServers,
            SecurityProtocol.SaslSsl => target.SaslSslServers,
            _ => target.SaslServers,
        },
        SecurityProtocol = protocol,
        SslCaLocation = target.RootFile,
    };

    private async Task RoundTripAsync(ClientConfig config)
    {
        await ProduceAsync(config);
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig(config) { GroupId = "none" }).Build();
        consumer.Assign(new TopicPartitionOffset(_topic, 0, 0));
        Assert.Equal("hello", consumer.Consume(KafkaTarget.Patience)?.Message.Value);
    }

    private async Task ProduceAsync(ClientConfig config)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig(config) { LingerMs = 0 }).Build();
        var written = await producer.ProduceAsync(_topic, new Message<Null, string> { Value = "hello" }, TestContext.Current.CancellationToken);
        Assert.Equal(PersistenceStatus.Persisted, written.Status);
    }

    private async Task<ErrorCode> ErrorAsync(ClientConfig config)
    {
        try
        {
            await ProduceAsync(config);
            return ErrorCode.NoError;
        }
        catch (ProduceException<Null, string> refused)
        {
            return refused.Error.Code;
        }
    }
}

public sealed class SecureClientsOnKafkadogTests(EmbeddedSecureTarget target) : SecureClientConformance(target), IClassFixture<EmbeddedSecureTarget>;

public sealed class SecureClientsOnApacheKafkaTests(ApacheKafka kafka) : SecureClientConformance(new ApacheSecureTarget(kafka));
