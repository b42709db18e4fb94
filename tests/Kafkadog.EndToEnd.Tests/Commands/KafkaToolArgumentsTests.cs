using Kafkadog.Commands.KafkaTools;

namespace Kafkadog.EndToEnd.Tests.Commands;

/// <summary>The flags of Apache Kafka's tools become the words of the commands here.</summary>
public sealed class KafkaToolArgumentsTests
{
    [Theory]
    [InlineData("topics --list --bootstrap-server h:1", "topics list --internal --bootstrap h:1")]
    [InlineData("topics --list --exclude-internal --bootstrap-server=h:1", "topics list --bootstrap h:1")]
    [InlineData("topics --create --topic t --partitions 3 --replication-factor 1 --config a=b --if-not-exists", "topics create t --partitions 3 --replication-factor 1 --config a=b --if-not-exists")]
    [InlineData("topics --bootstrap-server h:1 --topic t --describe", "topics describe --bootstrap h:1 t")]
    [InlineData("topics --alter --topic=t --partitions 6", "topics alter t --partitions 6")]
    [InlineData("topics --delete --topic t --if-exists", "topics delete --yes t --if-exists")]
    [InlineData("consumer-groups --list --state stable,empty", "groups list")]
    [InlineData("consumer-groups --describe --group g --members --verbose", "groups describe g")]
    [InlineData("consumer-groups --describe --all-groups --state --timeout 9", "groups describe")]
    [InlineData("groups --delete --group a --group b", "groups delete --yes a b")]
    [InlineData("groups --delete-offsets --group g --topic t", "groups delete-offsets --yes g --topic t")]
    [InlineData("groups --reset-offsets --group g --topic t --to-earliest --execute", "groups reset g --topic t --to-earliest --execute")]
    [InlineData("groups --reset-offsets --group g --all-topics --to-datetime 2030-01-31T12:00:00Z", "groups reset g --to-timestamp 2030-01-31T12:00:00Z")]
    [InlineData("groups --reset-offsets --group g --all-topics --to-current", "groups reset g --shift-by 0")]
    [InlineData("configs --describe --entity-type topics --entity-name t --all", "configs describe topic t --all")]
    [InlineData("configs --describe --topic t", "configs describe topic t")]
    [InlineData("configs --alter --entity-type brokers --entity-name 1 --add-config a=1,b=[x,y] --delete-config c,d", "configs alter broker 1 --set a=1 --set b=x,y --delete c --delete d")]
    [InlineData("configs --alter --user u --add-config SCRAM-SHA-256=[iterations=8192,password=p]", "configs alter user u --set SCRAM-SHA-256=[iterations=8192,password=p]")]
    [InlineData("acls --remove --topic t --force", "acls remove --topic t --yes")]
    [InlineData("topics list --json", "topics list --json")]
    [InlineData("produce --help", "produce --help")]
    [InlineData("topics --help", "topics --help")]
    public void Flags_of_the_tools_become_the_words_of_the_commands(string written, string meant) =>
        Assert.Equal(meant.Split(' '), KafkaToolArguments.Translate(written.Split(' ')));

    [Theory]
    [InlineData("topics --create --delete --topic t", "exclude each other")]
    [InlineData("topics --create --topic", "--topic needs a value")]
    [InlineData("groups --reset-offsets --group g --by-duration soon", "not a duration")]
    public void What_no_tool_would_take_is_refused_with_the_reason(string written, string reason)
    {
        var failure = Assert.Throws<CommandFailure>(() => KafkaToolArguments.Translate(written.Split(' ')));

        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_duration_is_counted_back_from_now()
    {
        var words = KafkaToolArguments.Translate("groups --reset-offsets --group g --by-duration PT1H".Split(' '));

        var back = DateTimeOffset.UtcNow - DateTimeOffset.Parse(words[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(back, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public void A_properties_file_of_a_java_client_becomes_settings()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Data, "client.properties");
        Directory.CreateDirectory(directory.Data);
        File.WriteAllText(file, """
            # of a Java client
            security.protocol=SASL_SSL
            sasl.mechanism=SCRAM-SHA-512
            sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="a secret";
            ssl.truststore.type=PEM
            ssl.truststore.location=/tls/ca.pem
            """);

        Assert.Equal(
            ["topics", "list", "--internal", "--client", "security.protocol=sasl_ssl", "--client", "sasl.mechanism=SCRAM-SHA-512",
             "--client", "sasl.username=alice", "--client", "sasl.password=a secret", "--client", "ssl.ca.location=/tls/ca.pem"],
            KafkaToolArguments.Translate(["topics", "--list", "--command-config", file]));
    }

    [Fact]
    public void A_property_without_a_counterpart_is_named()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Data, "client.properties");
        Directory.CreateDirectory(directory.Data);
        File.WriteAllText(file, "ssl.truststore.type=JKS");

        var failure = Assert.Throws<CommandFailure>(() => KafkaToolArguments.Translate(["topics", "--list", "--command-config", file]));

        Assert.Contains("ssl.truststore.type", failure.Message, StringComparison.Ordinal);
    }
}
