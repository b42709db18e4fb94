using Kafkadog.Broker.Security;
using Kafkadog.Security;

namespace Kafkadog.EndToEnd.Tests.Commands;

public sealed class BrokerSecurityTests
{
    [Theory]
    [InlineData("PLAINTEXT://127.0.0.1:9092", "PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9092, null, null)]
    [InlineData("SASL_SSL://0.0.0.0:0,kafka.example:9094", "SASL_SSL", SecurityProtocol.SaslSsl, "0.0.0.0", 0, "kafka.example", 9094)]
    [InlineData("OUTSIDE=SSL://[::1]:9093", "OUTSIDE", SecurityProtocol.Ssl, "::1", 9093, null, null)]
    [InlineData("A=SASL_PLAINTEXT://localhost:1", "A", SecurityProtocol.SaslPlaintext, "localhost", 1, null, null)]
    public void Listener_is_name_protocol_address_and_what_is_advertised(
        string text, string name, SecurityProtocol protocol, string host, int port, string? advertisedHost, int? advertisedPort) => Assert.Equal(
        new ListenerOptions { Name = name, Protocol = protocol, Host = host, Port = port, AdvertisedHost = advertisedHost, AdvertisedPort = advertisedPort },
        ListenerArgument.Parse(text));

    [Theory]
    [InlineData("127.0.0.1:9092")]
    [InlineData("HTTP://127.0.0.1:9092")]
    [InlineData("A=B=SSL://127.0.0.1:9092")]
    [InlineData("SSL://127.0.0.1")]
    [InlineData("SSL://127.0.0.1:70000")]
    [InlineData("SSL://127.0.0.1:1,kafka:0")]
    [InlineData("SSL://127.0.0.1:1,kafka:2,kafka:3")]
    public void What_is_not_a_listener_is_refused(string text) => Assert.Null(ListenerArgument.Parse(text));

    [Fact]
    public void File_of_users_has_one_a_line_and_its_errors_do_not_tell_passwords()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# users\n\nalice:secret\nbob:a:b\n");
            Assert.Equal([KeyValuePair.Create("alice", "secret"), KeyValuePair.Create("bob", "a:b")], Passwords.InFile(file));
            File.WriteAllText(file, "alice:secret\nhush\n");
            var refused = Assert.Throws<CommandFailure>(() => Passwords.InFile(file).ToList());
            Assert.Contains("line 2", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hush", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
